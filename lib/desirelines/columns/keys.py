"""Keys: the only place where keys of identifiers and sessions, and buckets, are computed."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from decimal import Decimal

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.columns.white_space import WHITE_SPACE, trimmed, trimmed_text

_BLOCK = 64
_SEPARATOR = "\x1f"
_AROUND = "()[]{}<>#'\"`$%*|~!? "
"""Characters that programs write around a word for nothing, as (not set) and {{ id }}."""
_WITHIN = "-_. "
"""Characters with which programs part the words of a phrase, as not_set."""
_SHORTEST_PHRASE, _LONGEST_PHRASE = 4, 24
"""Without its points, k.a. would be ka, which can be somebody's name."""
_NOTHING = "0,:;/\\&^+=\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u00b7\u2022\u2026、。" + (
    _WITHIN + _AROUND + WHITE_SPACE
)
"""Characters of which no identifier consists alone."""
_EXACT = 2**53
"""Below it floats hold every whole number."""
_WITH_ZEROS = r"^([0-9]+)\.0+$"
_SCIENTIFIC = r"^[1-9](\.[0-9]+[Ee]\+?|[Ee]\+)[0-9]{1,3}$"
"""Numbers as programs write large ones. A text such as 1E5 may as well be hexadecimal."""
_SHORTENED = r"^[1-9](\.[0-9]{1,5})?E\+1[1-9]$"
"""Numbers of more than eleven digits as spreadsheets write them: the first six digits."""
INNER_PAD, OUTER_PAD = "_inner_pad", "_outer_pad"


def secret_pads(spark: SparkSession, secret: bytes) -> DataFrame:
    """Return the two padded keys of HMAC-SHA-256 (RFC 2104) as a broadcast table of one row.

    Joined as a table, the secret is in no query plan.
    """
    key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
    key = key.ljust(_BLOCK, b"\0")
    pads = [(bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key))]
    return F.broadcast(spark.createDataFrame(pads, f"{INNER_PAD} binary, {OUTER_PAD} binary"))


def keyed_digest(message: Column) -> Column:
    """HMAC-SHA-256 of a text under the pads joined to the row; null stays null.

    The digest has 128 bits, written as 32 lower-case hex digits.
    """
    inner = F.unhex(F.sha2(F.concat(F.col(INNER_PAD), F.encode(message, "UTF-8")), 256))
    return F.substring(F.sha2(F.concat(F.col(OUTER_PAD), inner), 256), 1, 32)


def identifier_key(id_type: str, normal_value: Column) -> Column:
    """Key of an identifier: HMAC(type ‖ separator ‖ value); null when there is no identifier.

    Needs the pads in the row.
    """
    return keyed_digest(F.concat(F.lit(id_type + _SEPARATOR), normal_value))


def normal_value(raw: Column, *, caseless: bool, junk: tuple[str, ...]) -> Column:
    """The normalised value of an identifier; null when it is junk.

    White space around it is removed; it is in lower case where the type ignores case. Combining
    marks are kept as they are. A whole number that a program kept as a float or a decimal has its
    plain form: 12345678.0 and 1.2345678E7 are 12345678. Junk is a text of zeros and punctuation
    alone, a number that has lost digits (1.23457E+12), and a word of `junk`, also in brackets or
    quotation marks and with other hyphens; one that ends in @ is the mailbox of an address.
    """
    return without_junk(plain_value(trimmed(raw)), caseless=caseless, junk=Junk.of(junk))


@dataclass(frozen=True, slots=True)
class Junk:
    """Words for nobody, and those of them that are phrases without what parts their words.

    As columns, made once: Python sends every word of a list to Spark in four messages, and the
    lists stand in the expression of every identifier.
    """

    words: tuple[Column, ...]
    phrases: tuple[Column, ...]

    @classmethod
    def of(cls, words: tuple[str, ...]) -> Junk:
        """The columns of these words."""
        return cls(tuple(map(F.lit, words)), tuple(map(F.lit, _phrases(words))))


def without_junk(bare: Column, *, caseless: bool, junk: Junk) -> Column:
    """The second half of `normal_value`, of a `plain_value`."""
    value = F.lower(bare) if caseless else bare
    word = F.lower(F.trim(value, F.lit(_AROUND)))
    # Phrases have no digit, and most identifiers end in one.
    can_be_phrase = (F.length(word) <= _LONGEST_PHRASE) & ~F.right(word, F.lit(1)).between("0", "9")
    is_junk = (
        word.isin(*junk.words)
        | (can_be_phrase & F.translate(word, _WITHIN, "").isin(*junk.phrases))
        | F.lower(value).isin(*junk.words)
        | (
            value.contains("@")
            & F.concat(F.substring_index(word, "@", 1), F.lit("@")).isin(*junk.words)
        )
        | (F.trim(value, F.lit(_NOTHING)) == "")
    )
    return F.when(~is_junk, value)


def normal_text(value: str, *, caseless: bool, junk: tuple[str, ...] = ()) -> str | None:
    """The rule of `normal_value` in plain Python, for one identifier given by hand."""
    bare = _bare(value)
    normal = bare.lower() if caseless else bare
    word = normal.strip(_AROUND).lower()
    words = {normal.lower(), word, *([word.split("@")[0] + "@"] if "@" in normal else [])}
    phrase = word.translate(str.maketrans("", "", _WITHIN))
    is_phrase = len(word) <= _LONGEST_PHRASE and phrase in _phrases(junk)
    is_junk = bool(words & set(junk)) or is_phrase or not normal.strip(_NOTHING)
    return None if is_junk else normal


def _phrases(junk: tuple[str, ...]) -> list[str]:
    """Words for nobody, written as one; numbers are left out, as -1 would be 1."""
    parted = (word for word in junk if len(word) <= _LONGEST_PHRASE and not re.search(r"\d", word))
    joined = (word.translate(str.maketrans("", "", _WITHIN)) for word in parted)
    return [word for word in joined if len(word) >= _SHORTEST_PHRASE]


def key_of(secret: bytes, id_type: str, value: str, *, caseless: bool = False) -> str:
    """The key of an identifier in plain Python: of its normal value, junk or not."""
    bare = _bare(value)
    normal = bare.lower() if caseless else bare
    digest = hmac.new(secret, (id_type + _SEPARATOR + normal).encode(), hashlib.sha256)
    return digest.hexdigest()[:32]


def plain_value(text: Column) -> Column:
    """The trimmed text, or the whole number that it stands for; null where that has lost digits."""
    number = text.try_cast(T.DecimalType(38, 10))
    is_exact = (number % 1 == 0) & (number < _EXACT) & ~text.rlike(_SHORTENED)
    # Hardly any value looks so, and a regular expression for each would cost more than its key.
    has_point = F.contains(text, F.lit("."))
    can_be_scientific = F.substring(text, 2, 1).isin(".", "e", "E")
    return (
        F.when(
            can_be_scientific & text.rlike(_SCIENTIFIC),
            F.when(is_exact, number.cast(T.DecimalType(16, 0)).cast("string")),
        )
        .when(has_point & text.endswith("0"), F.regexp_replace(text, _WITH_ZEROS, "$1"))
        .otherwise(text)
    )


def _bare(value: str) -> str:
    """The rule of `plain_value` in plain Python, after trimming; empty for null."""
    text = trimmed_text(value)
    if not re.search(_SCIENTIFIC, text, re.ASCII):
        return re.sub(_WITH_ZEROS, r"\1", text)
    number = Decimal(text)
    is_exact = number % 1 == 0 and number < _EXACT and not re.search(_SHORTENED, text)
    return str(int(number)) if is_exact else ""


def fingerprint_of(secret: bytes, purpose: str) -> str:
    """Fingerprint that identifies a secret without revealing it: HMAC of a fixed text per purpose.

    It is cut like keys. No key of an identifier and no suppression token equals it: these are made
    of texts with a separator and of 32 hex digits.
    """
    text = f"desirelines: fingerprint of the {purpose}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]


def stable_key(*columns: Column) -> Column:
    """Digest of several values, 32 hex digits: each is written as its length and text, null as "-".

    So ("1", "23") and ("12", "3") differ, and so do (null, "x") and ("x", null).
    """
    parts = []
    for column in columns:
        text = column.cast("string")
        parts.append(
            F.coalesce(F.concat(F.length(text).cast("string"), F.lit(":"), text), F.lit("-"))
        )
    return F.substring(F.sha2(F.concat(*parts), 256), 1, 32)


def bucket_of(column: Column, buckets: int) -> Column:
    """Bucket of a key: pmod(xxhash64(key), buckets)."""
    return F.pmod(F.xxhash64(column), F.lit(buckets)).cast("long")
