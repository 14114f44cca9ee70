"""Conditions about people as columns: true, false or unknown, and what would change the answer.

All rules of a run are one plan; what several of them count is counted once.
"""
