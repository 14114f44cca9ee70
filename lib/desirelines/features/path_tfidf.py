"""N-grams of two and three steps in a person's paths, weighted by TF-IDF.

They show which ways are typical of a person compared with others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import Feature, own_column

LENGTHS = (2, 3)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams with a weight, the people who have each, and the number of people with any."""

    people: Mapping[str, int]
    people_count: int

    def to_json(self) -> str:
        """Serialise it for `run_parameters`."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))

    def features(self) -> tuple[Feature, ...]:
        """Its n-grams as catalogue entries."""
        return tuple(
            Feature(
                word,
                "path",
                f"weight of {word} in the person's paths: TF-IDF, of length 1 over all words",
                "0…1",
                "no session of two steps or more",
                "scikit-learn's TfidfTransformer, smooth",
                f"often {word}",
                f"rarely {word}",
                "plain",
                column=own_column(word),
            )
            for word in sorted(self.people)
        )


def to_words(sessions: DataFrame) -> DataFrame:
    """One row per person and n-gram: person_id, word, word_count. One shuffle.

    N-grams never cross the end of a session.
    """
    ngrams = reduce(
        DataFrame.unionByName,
        (
            sessions.select("person_id", F.explode(_ngrams(F.col("steps"), n)).alias("word"))
            for n in LENGTHS
        ),
    )
    return ngrams.groupBy("person_id", "word").agg(F.count("*").alias("word_count"))


def to_vocabulary(words: DataFrame, *, most: int, min_people: int) -> Vocabulary:
    """The n-grams of most people, none with fewer than `min_people`; ties go by alphabet."""
    people = (
        words.groupBy("word")
        .agg(F.count("*").alias("people_count"))
        .filter(F.col("people_count") >= min_people)
    )
    kept = people.orderBy(F.col("people_count").desc(), "word").limit(most).collect()
    everybody = words.select("person_id").distinct().count()
    return Vocabulary({r["word"]: r["people_count"] for r in kept}, everybody)


def to_word_weights(words: DataFrame, vocabulary: Vocabulary) -> DataFrame:
    """One row per person with any n-gram: person_id, names, values. One shuffle, of n-grams.

    `names` are those of the vocabulary, in order. weight = n · (ln((1 + N) / (1 + df)) + 1),
    divided by the root of the sum of squares over the person's n-grams.
    """
    names = sorted(vocabulary.people)
    every = F.array(*(F.lit(name) for name in names)).cast("array<string>")
    idf = F.lit(None).cast("double")
    if names:
        people = F.create_map(
            *(F.lit(part) for name in names for part in (name, vocabulary.people[name]))
        )
        idf = (
            F.ln(
                F.lit(1.0 + vocabulary.people_count) / (1 + F.try_element_at(people, F.col("word")))
            )
            + 1
        )
    weighed = words.withColumn("_weight", F.col("word_count") * idf)
    weighted = F.when(F.col("_weight").isNotNull(), F.struct("word", "_weight"))
    grouped = weighed.groupBy("person_id").agg(
        F.map_from_entries(F.collect_list(weighted)).alias("_raw"),
        F.sqrt(F.sum(F.col("_weight") ** 2)).alias("_length"),
    )
    values = F.transform(
        every,
        lambda word: F.coalesce(F.try_element_at("_raw", word) / F.col("_length"), F.lit(0.0)),
    )
    return grouped.select("person_id", every.alias("names"), values.alias("values"))


def _ngrams(steps: Column, length: int) -> Column:
    """N-grams of `length` steps in a path, as text."""
    count = F.greatest(F.size(steps) - (length - 1), F.lit(0))
    tuples = F.arrays_zip(
        *(F.slice(steps, F.lit(n), count).alias(f"s{n}") for n in range(1, length + 1))
    )
    return F.transform(
        tuples, lambda ngram: F.concat_ws(" -> ", *(ngram[f"s{n}"] for n in range(1, length + 1)))
    )
