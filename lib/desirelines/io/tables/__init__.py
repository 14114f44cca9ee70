"""Delta tables by their contracts: reading, writing, ledger, leases, layout and maintenance.

Text that is run as SQL is made here and nowhere else, from names that contracts allow.
"""
