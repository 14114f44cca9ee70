"""White space around a value, visible or not: one rule for Spark and Python."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

WHITE_SPACE = (
    " \t\n\x0b\f\r\x85\u00a0\u00ad\u1680\u180e"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f"
    "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""Spaces, ends of lines, and characters that show nothing (zero width, soft hyphen, byte order)."""


def trimmed(text: Column) -> Column:
    """The text without white space around it."""
    # A regular expression would cost more than the rest of a field.
    return F.trim(text, F.lit(WHITE_SPACE))


def trimmed_text(text: str) -> str:
    """The rule of `trimmed` in plain Python."""
    return text.strip(WHITE_SPACE)
