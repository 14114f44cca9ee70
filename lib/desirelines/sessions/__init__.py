"""From the events of a stream to sessions: where one ends, why, and what it holds.

A session depends on its own stream alone, so only streams with new events are cut anew.
"""
