"""Rejected rows of people: their raw text is searched for identifiers."""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import identifier_key, normal_value

TOKENS = r'"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"]+'
"""The texts and numbers of JSON, as they are written; names of fields among them."""
MASKED = r"(?:^|:)([0-9a-f]{32})$"
"""A key that stands for an identifier in a masked row."""
WORD = "[0-9A-Za-z]+"
SHORTEST = 6
"""A shorter value is looked for as a whole text only: inside of others it would be by chance."""


def to_rows_with_keys(
    rejected: DataFrame,
    keys: DataFrame,
    pads: DataFrame,
    types: Collection[str],
    *,
    caseless: Collection[str],
    junk: tuple[str, ...],
) -> DataFrame:
    """Rejected rows in which a whole text, or a number, is an identifier with one of these keys.

    `keys` holds key; `pads` are those of the data secret. Nobody needs to know which column it is.
    A masked row holds the keys themselves.
    """
    names = rejected.columns
    values = _with_texts(rejected).crossJoin(pads)
    normal = {
        is_caseless: normal_value(F.col("_text"), caseless=is_caseless, junk=junk)
        for is_caseless in (True, False)
    }
    values = values.withColumns({"_as_is": normal[False], "_caseless": normal[True]})
    masked = F.regexp_extract("_text", MASKED, 1)
    made = F.array_compact(
        F.array(
            F.when(masked != "", masked),
            *(
                identifier_key(t, F.col("_caseless" if t in caseless else "_as_is"))
                for t in sorted(types)
            ),
        )
    )
    keyed = values.select(*names, F.explode(made).alias("key"))
    return keyed.join(F.broadcast(keys), "key", "left_semi").select(*names).distinct()


def to_rows_with_values(rejected: DataFrame, values: DataFrame) -> DataFrame:
    """Rejected rows that hold one of these values: as a whole text, or as words of a longer one.

    `values` holds text: what names rows of a person, such as their orders. A row that says nobody's
    identifier can be about them by it. Values are many, so rows and values meet by the longest word
    of a value, and are compared only then.
    """
    names = rejected.columns
    whole = _with_texts(rejected).join(values.withColumnRenamed("text", "_text"), "_text", "semi")
    words = F.regexp_extract_all("text", F.lit(WORD), F.lit(0))
    longest = F.element_at(
        F.array_sort(
            F.transform(words, lambda w: F.struct(F.length(w).alias("length"), w.alias("word")))
        ),
        -1,
    )
    by_word = values.select(F.col("text").alias("_value"), longest["word"].alias("_word"))
    in_raw = F.array_distinct(F.regexp_extract_all("raw", F.lit(WORD), F.lit(0)))
    worded = rejected.select(*names, F.explode(in_raw).alias("_word")).join(by_word, "_word")
    within = worded.filter(F.contains("raw", "_value"))
    return whole.select(*names).unionByName(within.select(*names)).distinct()


def _with_texts(rejected: DataFrame) -> DataFrame:
    """One row per text and number in the raw row: the row, and _text without JSON's escapes."""
    tokens = rejected.withColumn(
        "_token", F.explode(F.array_distinct(F.regexp_extract_all("raw", F.lit(TOKENS), F.lit(0))))
    )
    text = F.get(F.from_json(F.concat(F.lit("["), "_token", F.lit("]")), "array<string>"), F.lit(0))
    return tokens.withColumn("_text", F.coalesce(text, F.col("_token"))).drop("_token")


def to_rows_with_texts(rejected: DataFrame, texts: DataFrame) -> DataFrame:
    """Rejected rows that hold one of these texts anywhere, in any case. `texts` holds text."""
    wanted = texts.filter(F.length("text") >= SHORTEST).select(F.lower("text").alias("_text"))
    holds = F.contains(F.lower("raw"), F.col("_text"))
    return rejected.join(F.broadcast(wanted), holds, "left_semi")
