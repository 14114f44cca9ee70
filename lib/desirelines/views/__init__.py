"""What stands in the tables now: the only home of "current", "newest" and "of this run".

Views read tables and write none. A question that two stages ask is answered here.
"""
