"""From the rows of a source to events: parsed, keyed, each with exactly one fate.

A row that cannot be used is set aside with its reasons, and is counted.
"""
