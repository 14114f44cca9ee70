"""The numbers and words about a person, from their sessions and events before a date.

What happened on or after the date never counts, and null means that there is nothing to count.
"""
