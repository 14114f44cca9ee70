"""Rows are inserted and updated by key, and what a table has already is not written again."""

from datetime import UTC, datetime

import pytest
from pyspark.sql import types as T

from desirelines.io.tables.store import Warehouse
from desirelines.io.tables.upsert import IS_UPDATE, to_news, upsert
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import CONSENTS

SCHEMA = "key string, kind string, value int"


def news(spark, rows, present, **how):
    found = to_news(
        spark.createDataFrame(rows, SCHEMA),
        spark.createDataFrame(present, SCHEMA),
        **({"key": ("key", "kind"), "update": ("value",)} | how),
    )
    assert found.schema.fields[-1] == T.StructField(IS_UPDATE, T.BooleanType(), False)
    return sorted((tuple(r) for r in found.collect()), key=str)


@pytest.mark.parametrize(
    ("row", "any_value", "lower_alone", "by_key"),
    [
        # present: a=5, b=null, (null, y)=7
        (("c", "x", 1), False, False, False),
        (("a", "y", 5), False, False, False),
        (("a", "x", 5), None, None, None),
        (("a", "x", 4), True, True, None),
        (("a", "x", 6), True, None, None),
        (("a", "x", None), True, None, None),
        (("b", "x", None), None, None, None),
        (("b", "x", 1), True, None, None),
        ((None, "y", 7), None, None, None),
        ((None, "y", 1), True, True, None),
        ((None, None, 7), False, False, False),
    ],
)
def test_a_row_is_new_or_an_update_or_known(spark, row, any_value, lower_alone, by_key):
    """Expected: whether it is an update; null where the table has it."""
    present = [("a", "x", 5), ("b", "x", None), (None, "y", 7)]
    for expected, how in (
        (any_value, {}), (lower_alone, {"only_lower": True}), (by_key, {"update": ()}),
    ):  # fmt: skip
        wanted = [] if expected is None else [(*row, expected)]
        assert news(spark, [row], present, **how) == wanted, how


def at(minute):
    return datetime(2025, 1, 1, 0, minute, tzinfo=UTC)


def said(spark, *rows, run_id="r1"):
    """Statements about analytics: key, minute, whether it is granted."""
    return spark.createDataFrame(
        [
            {"key": k, "purpose": "analytics", "from_at": at(m), "is_granted": g, "source": "web",
             "run_id": run_id}
            for k, m, g in rows
        ],
        CONSENTS.schema,
    )  # fmt: skip


@pytest.fixture
def store(spark, tmp_path):
    return Warehouse(spark, WarehouseSettings(path=str(tmp_path)))


def operations(spark, store):
    history = spark.sql(f"DESCRIBE HISTORY {store.address(CONSENTS.name)}").orderBy("version")
    return [row["operation"] for row in history.collect()]


def consents(store):
    rows = store.read(CONSENTS).collect()
    return sorted((r["key"], r["from_at"].minute, r["is_granted"], r["run_id"]) for r in rows)


HOW = {"update": ("is_granted",), "stamp": ("run_id",), "only_lower": True}


def test_new_rows_are_appended_known_ones_left_out_and_others_merged(spark, store):
    first = said(spark, ("a", 1, True), ("b", 1, True))
    upsert(store, first, CONSENTS, **HOW)
    upsert(store, first, CONSENTS, **HOW)
    assert operations(spark, store) == ["CREATE TABLE", "WRITE"]
    upsert(store, said(spark, ("a", 1, True), ("a", 2, True), run_id="r2"), CONSENTS, **HOW)
    assert operations(spark, store)[2:] == ["WRITE"]
    upsert(store, said(spark, ("a", 1, False), ("c", 1, True), run_id="r3"), CONSENTS, **HOW)
    assert operations(spark, store)[3:] == ["MERGE"]
    assert consents(store) == [
        ("a", 1, False, "r3"), ("a", 2, True, "r2"), ("b", 1, True, "r1"), ("c", 1, True, "r3"),
    ]  # fmt: skip


def test_it_does_as_merge_does(spark, tmp_path):
    steps = [
        said(spark, ("a", 1, True), ("b", 1, False)),
        said(spark, ("a", 1, False), ("b", 1, True), ("c", 3, True), run_id="r2"),
        said(spark, ("c", 3, True), ("d", 3, False), run_id="r3"),
    ]
    by_merge, by_upsert = (
        Warehouse(spark, WarehouseSettings(path=str(tmp_path / n))) for n in ("merge", "upsert")
    )
    for rows in steps:
        by_merge.merge(rows, CONSENTS, **HOW)
        upsert(by_upsert, rows, CONSENTS, **HOW)
        assert consents(by_upsert) == consents(by_merge)
