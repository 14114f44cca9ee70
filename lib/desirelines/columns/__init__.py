"""Row logic that several topics use, as functions that give a Column: keys, limits, expressions."""
