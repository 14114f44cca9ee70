"""Members, names, profiles, overlaps and scorecards of segments, from table to table."""
