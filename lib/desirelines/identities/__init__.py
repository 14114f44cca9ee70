"""Who is who: from links between identifiers to people, from table to table.

Links decide, never values: whatever order they arrive in, the people are the same.
"""
