"""What people do one after the other: transitions, places, patterns, funnels, from table to table.

Counts that could tell of fewer than ten people are withheld before they are written.
"""
