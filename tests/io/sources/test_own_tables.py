"""Rows are deleted from a Delta source by the values of columns, nested ones among them."""

from pathlib import Path

import pytest
from pyspark.sql import types as T

from desirelines.io.sources.own_tables import (
    delete_combinations,
    file_name,
    files_of,
    hindrances,
    paths_with_statistics,
    rows_in,
)
from tests.support.sources import source

TEXT = T.StringType()
SCHEMA = (
    T.StructType()
    .add("day", TEXT)
    .add("n", T.IntegerType())
    .add("Who", T.StructType().add("id", TEXT).add("more", T.StructType().add("e.mail", TEXT)))
    .add("last", TEXT)
)
N, ID, MAIL, LAST = ("n",), ("who", "id"), ("who", "more", "e.mail"), ("last",)
IDENTIFIERS = ["who.id", "Who.more.`e.mail`"]


@pytest.mark.parametrize(
    ("properties", "paths"),
    [
        ({}, {N, ID, MAIL, LAST}),
        ({"delta.dataSkippingNumIndexedCols": "-1"}, {N, ID, MAIL, LAST}),
        ({"delta.dataSkippingNumIndexedCols": "2"}, {N, ID}),
        ({"delta.dataSkippingNumIndexedCols": "0"}, set()),
        ({"delta.dataSkippingStatsColumns": "n, last"}, {N, LAST}),
        ({"delta.dataSkippingStatsColumns": "who"}, {ID, MAIL}),
        ({"delta.dataSkippingStatsColumns": "Who.more.`e.mail`,N"}, {N, MAIL}),
        ({"delta.dataSkippingStatsColumns": ""}, set()),
    ],
)
def test_columns_with_statistics_are_those_of_the_properties(properties, paths):
    assert paths_with_statistics(SCHEMA, properties, ["day"]) == paths


@pytest.fixture
def table(spark, tmp_path):
    """Writes rows (n, id, mail) as a table with properties; gives its mapping."""

    def write(*rows, layout=(), **properties):
        frame = spark.createDataFrame(
            [("d", n, (who, (mail,)), None) for n, who, mail in rows], SCHEMA
        )
        options = {f"delta.{name}": value for name, value in properties.items()}
        writer = frame.coalesce(1).write.format("delta").mode("append").partitionBy(*layout)
        writer.options(**options).save(str(tmp_path / "t"))
        return source(format="delta", path=str(tmp_path / "t"))

    return write


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({}, ["statistics of who.id, Who.more.`e.mail`: set delta.dataSkippingNumIndexedCols"]),
        ({"dataSkippingNumIndexedCols": "0"}, []),
        ({"dataSkippingStatsColumns": "n,Who.id"}, ["statistics of who.id: set"]),
        ({"dataSkippingStatsColumns": "n", "appendOnly": "true"}, ["rows are only appended"]),
        ({"dataSkippingStatsColumns": "n", "enableChangeDataFeed": "true"}, ["a change feed"]),
        ({"dataSkippingStatsColumns": "n", "enableDeletionVectors": "true"}, ["deletion vect"]),
    ],
)
def test_what_would_keep_identifiers_is_told(spark, table, properties, words):
    found = hindrances(spark, table((1, "ann", None), **properties), IDENTIFIERS)
    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


def test_folders_that_are_named_by_an_identifier_are_told(spark, table):
    of = table((1, "ann", None), layout=["day"], dataSkippingNumIndexedCols="0")
    assert hindrances(spark, of, ["Day"]) == ["its folders are named by Day"]


def test_rows_of_a_combination_go_with_nulls_and_nested_columns(spark, table):
    rows = [(1, "ann", None), (2, "ann", "a@b.c"), (3, None, "a@b.c"), (4, "ben", None)]
    of = table(*rows, dataSkippingNumIndexedCols="0")
    places = {"place_0": IDENTIFIERS[0], "place_1": IDENTIFIERS[1]}

    def delete(*combinations):
        frame = spark.createDataFrame(list(combinations), "place_0 string, place_1 string")
        delete_combinations(spark, of, frame, places)
        return sorted(row["n"] for row in rows_in(spark, of).collect())

    assert delete(("ann", None), (None, "a@b.c")) == [2, 4]
    assert delete(("ann", None), (None, "a@b.c")) == [2, 4]
    log = "".join(f.read_text() for f in (Path(of.path) / "_delta_log").glob("*.json"))
    assert "MERGE" in log
    assert "ann" not in log


def test_files_are_known_by_their_names(spark, table):
    of = table((1, "ann", None))
    table((2, "ben", None))
    rows = rows_in(spark, of)
    named = {row[0] for row in rows.select(file_name(rows)).collect()}
    assert len(named) == 2
    assert files_of(rows) == named
