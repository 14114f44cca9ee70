"""Rows that are read more than once: the only place that caches and checkpoints."""
