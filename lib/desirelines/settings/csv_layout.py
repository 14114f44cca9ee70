"""How the text of CSV files is laid out: encoding, delimiter, quotes, and the decimal sign."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from desirelines.characters import MOST_SHOWN, shown
from desirelines.errors import did_you_mean

ENCODINGS = {
    "utf-8": "UTF-8",
    "ascii": "US-ASCII",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "utf-32": "UTF-32",
    "iso8859-1": "ISO-8859-1",
    "iso8859-2": "ISO-8859-2",
    "iso8859-5": "ISO-8859-5",
    "iso8859-7": "ISO-8859-7",
    "iso8859-8": "ISO-8859-8",
    "iso8859-9": "ISO-8859-9",
    "iso8859-15": "ISO-8859-15",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp1257": "windows-1257",
    "cp850": "IBM850",
    "cp437": "IBM437",
    "mac-roman": "x-MacRoman",
    "koi8-r": "KOI8-R",
    "shift_jis": "Shift_JIS",
    "cp932": "windows-31j",
    "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
    "gbk": "GBK",
    "gb18030": "GB18030",
    "big5": "Big5",
}
"""Java's names of encodings, by Python's."""

TAB, NO_QUOTE = "tab", "none"
_MOST = 8
"""More signs than this are no delimiter."""


def known_encoding(name: str) -> str:
    """Java's name of an encoding, from any usual one, such as latin1 or windows-1252.

    Raises:
        ValueError: it is not known.
    """
    try:
        codec = codecs.lookup(name).name.removesuffix("-sig").removesuffix("_sig")
        return ENCODINGS[codec]
    except (LookupError, ValueError):
        raise ValueError(
            f"unknown encoding '{shown(name)}'"
            f"{did_you_mean(name[:MOST_SHOWN], ENCODINGS.values())}. "
            f"Known are {', '.join(ENCODINGS.values())}"
        ) from None


def _named_tab(value: object) -> object:
    return TAB if value in ("\t", "\\t", "TAB", "Tab") else value


def _delimiter(value: str) -> str:
    if value != TAB and (not 1 <= len(value) <= _MOST or '"' in value):
        raise ValueError("a delimiter is one sign or a few, such as ';' or '||', or the word tab")
    return value


def _one_sign(value: str) -> str:
    if len(value) != 1:
        raise ValueError("give one sign")
    return value


def _quote(value: str) -> str:
    return value if value == NO_QUOTE else _one_sign(value)


Encoding = Annotated[str, AfterValidator(known_encoding)]
"""The encoding of a text file."""
Delimiter = Annotated[str, BeforeValidator(_named_tab), AfterValidator(_delimiter)]
"""What separates the values of a row: some signs, or `tab`."""
Quote = Annotated[str, AfterValidator(_quote)]
"""The sign around values that hold a delimiter or a line break, or `none`."""
Escape = Annotated[str, AfterValidator(_one_sign)]
"""The sign before a quote that is part of a value."""
DecimalSign = Literal[".", ","]
"""The sign between a number's whole part and its fraction."""
