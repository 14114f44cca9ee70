"""One execution: its options and clock, its states in the ledger, and its hold on the warehouse."""
