"""White space around a value, visible or not: one rule for Spark and Python."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

WHITE_SPACE = (
    "".join(map(chr, range(33))) + "\x7f\x85\u00a0\u00ad\u034f\u115f\u1160\u1680\u180e"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f"
    "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\u2800\u3000\u3164\ufeff\uffa0"
)
"""Spaces, ends of lines, and characters that show nothing (control, zero width, byte order)."""


def trimmed(text: Column) -> Column:
    """The text without white space around it."""
    # A regular expression would cost more than the rest of a field.
    return F.trim(text, F.lit(WHITE_SPACE))


def trimmed_text(text: str) -> str:
    """The rule of `trimmed` in plain Python."""
    return text.strip(WHITE_SPACE)
