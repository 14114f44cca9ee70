"""Keys: every identifier, session and bucket number is made here and nowhere else."""

from __future__ import annotations

import hashlib
import hmac

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

_BLOCK = 64
_SEPARATOR = "\x1f"
_WHITE_SPACE = " \t\n\x0b\f\r\u00a0\ufeff"
INNER_PAD, OUTER_PAD = "_inner_pad", "_outer_pad"


def secret_pads(spark: SparkSession, secret: bytes) -> DataFrame:
    """Give the two padded keys of HMAC-SHA-256 (RFC 2104) as a broadcast one-row table, so that no plan holds the secret."""
    key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
    key = key.ljust(_BLOCK, b"\0")
    pads = [(bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key))]
    return F.broadcast(spark.createDataFrame(pads, f"{INNER_PAD} binary, {OUTER_PAD} binary"))


def keyed_digest(message: Column) -> Column:
    """HMAC-SHA-256 of a text under the pads joined to the row: 128 bits as 32 lower-case hex digits; null stays null."""
    inner = F.unhex(F.sha2(F.concat(F.col(INNER_PAD), F.encode(message, "UTF-8")), 256))
    return F.substring(F.sha2(F.concat(F.col(OUTER_PAD), inner), 256), 1, 32)


def identifier_key(id_type: str, normal_value: Column) -> Column:
    """Key of an identifier: HMAC(type ‖ separator ‖ value). Needs the pads in the row; null for no identifier."""
    return keyed_digest(F.concat(F.lit(id_type + _SEPARATOR), normal_value))


def normal_value(id_type: str, raw: Column, *, caseless: bool, junk: tuple[str, ...]) -> Column:
    """An identifier's value, normalised by its type; null when it is junk (empty, all zeros, a word for nothing).

    Trimmed of white space, lower case where the type ignores case. Letters written with combining marks stay as they came.
    """
    trimmed = F.trim(
        raw, F.lit(_WHITE_SPACE)
    )  # regular expressions would cost more than the key that is made of it
    value = F.lower(trimmed) if caseless else trimmed
    is_junk = F.lower(value).isin(*junk) | (F.trim(value, F.lit("0-")) == "")
    return F.when(~is_junk, value)


def normal_text(value: str, *, caseless: bool, junk: tuple[str, ...] = ()) -> str | None:
    """The rule of `normal_value` in plain Python, for one identifier given by hand."""
    trimmed = value.strip(_WHITE_SPACE)
    normal = trimmed.lower() if caseless else trimmed
    is_junk = normal.lower() in junk or not normal.strip("0-")
    return None if is_junk else normal


def key_of(secret: bytes, id_type: str, value: str, *, caseless: bool = False) -> str:
    """The key of an identifier in plain Python: of its trimmed value, junk or not."""
    trimmed = value.strip(_WHITE_SPACE)
    normal = trimmed.lower() if caseless else trimmed
    digest = hmac.new(secret, (id_type + _SEPARATOR + normal).encode(), hashlib.sha256)
    return digest.hexdigest()[:32]


def fingerprint_of(secret: bytes, purpose: str) -> str:
    """What a secret can be known by again, and not be found from: HMAC of a fixed text for the purpose, cut as keys are.

    No identifier's key and no suppression token is equal to it: those are made of texts with a separator, and of 32 hex digits.
    """
    text = f"desirelines: fingerprint of the {purpose}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]


def stable_key(*columns: Column) -> Column:
    """Digest of several values, 32 hex digits: each goes in as its length and its text, null as "-".

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
