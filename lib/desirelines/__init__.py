"""Desirelines: from raw events to behavioural segments with a history. Importing it loads nothing heavy."""

__version__ = "0.1.0"
