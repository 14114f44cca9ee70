"""Groups of people by their features: how many, which, and whether there are any at all.

Seeds and orders are fixed, so the same features give the same groups.
"""
