"""What numpy kernels share: rows of numbers, sorted and grouped, and Arrow batches of them.

A kernel needs a measurement that earned it (ADR 1).
"""
