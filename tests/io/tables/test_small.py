"""Rows for the driver: the same by Spark and without it."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyspark.sql import types as T

from desirelines.errors import ContractError
from desirelines.io.tables.small import (
    matches_by_spark,
    matches_in_folder,
    ordered,
    rows_by_spark,
    rows_in_folder,
)
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import PEOPLE, RUN_PARAMETERS, Table
from desirelines.tables.contract import DAY, FLAG, INSTANT, MONEY, REAL, TEXT, TEXTS, WHOLE, Column

KINDS = Table(
    "kinds",
    "one of each kind of value",
    ("run_id",),
    tuple(
        Column(name, kind, name)
        for name, kind in {
            "run_id": TEXT, "name": TEXT, "n": WHOLE, "share": REAL, "at": INSTANT,
            "on": DAY, "is_it": FLAG, "paid": MONEY, "names": TEXTS,
        }.items()
    ),
    (),
    "append",
)  # fmt: skip
LONG = "c" * 60
"""Longer than the texts in a file's statistics."""
# In the zone of the tests, 05:30 UTC is the first of two half past ones of an autumn night.
TWICE = datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
ROWS = [
    ("a", "y", 1, 0.5, TWICE, date(2025, 11, 2), True, Decimal(1), ["x", None]),
    ("b", None, None, None, None, None, None, None, None),
    (
        LONG,
        "x" * 40,
        3,
        2.5,
        datetime(2025, 11, 2, 6, 30, 0, 123456, tzinfo=UTC),
        date(1, 1, 1),
        False,
        Decimal(2),
        [],
    ),
]


@pytest.fixture
def folder(spark, tmp_path):
    schema = T.StructType([T.StructField(f.name, f.dataType) for f in KINDS.schema.fields])
    for row in ROWS:  # a file each
        one = spark.createDataFrame([row], schema)
        one.coalesce(1).write.format("delta").mode("append").save(str(tmp_path / "kinds"))
    return tmp_path / "kinds"


@pytest.mark.parametrize(
    ("where", "expected"),
    [({}, "abc"), ({"run_id": ["a", LONG]}, "ac"), ({"run_id": [LONG], "name": ["x" * 40]}, "c"),
     ({"run_id": [LONG], "name": ["x" * 39]}, ""), ({"run_id": ["nobody's"]}, ""),
     ({"name": ["x" * 40, "y"]}, "ac")],
)  # fmt: skip
def test_both_ways_give_the_same_values_of_the_same_types(spark, folder, where, expected):
    by_spark = rows_by_spark(spark.read.format("delta").load(str(folder)), KINDS, where)
    in_folder = rows_in_folder(folder, KINDS, where)
    assert "".join(r["run_id"][0] for r in ordered(in_folder, ["run_id"])) == expected
    assert ordered(in_folder, ["run_id"]) == ordered(by_spark, ["run_id"])
    for one, other in zip(*(ordered(r, ["run_id"]) for r in (in_folder, by_spark)), strict=True):
        assert {k: type(v) for k, v in one.items()} == {k: type(v) for k, v in other.items()}


def test_a_time_of_the_hour_that_comes_twice_is_that_time(folder):
    (row,) = rows_in_folder(folder, KINDS, {"run_id": ["a"]})
    assert (row["at"], row["at"].tzinfo) == (TWICE, UTC)


def test_null_comes_first_as_in_spark(spark, folder):
    by_spark = [
        r["run_id"] for r in spark.read.format("delta").load(str(folder)).orderBy("n").collect()
    ]
    assert [r["run_id"] for r in ordered(rows_in_folder(folder, KINDS, {}), ["n"])] == by_spark


def test_a_process_that_has_read_so_ends_well(folder):
    code = (
        "from pathlib import Path\n"
        "from tests.io.tables.test_small import KINDS\n"
        "from desirelines.io.tables.small import rows_in_folder\n"
        f"rows_in_folder(Path({str(folder)!r}), KINDS, {{}})\n"
    )
    ends = [subprocess.run([sys.executable, "-c", code], check=False).returncode for _ in range(4)]
    assert ends == [0] * 4


def test_a_table_about_people_is_not_read_to_the_driver(spark, tmp_path):
    warehouse = Warehouse(spark, WarehouseSettings(path=str(tmp_path)))
    assert warehouse.rows(RUN_PARAMETERS) == []
    with pytest.raises(ContractError, match="'people' is about people"):
        warehouse.rows(PEOPLE)


@pytest.mark.parametrize("value", ["a", LONG, "nobody's", "b' OR 'a' = 'a"])
def test_a_value_is_found_by_spark_and_without_it(spark, folder, value):
    by_spark = matches_by_spark(spark.read.format("delta").load(str(folder)), "run_id", value)
    assert matches_in_folder(folder, KINDS, "run_id", value) == by_spark
    assert [r["run_id"] for r in by_spark] == [value] * (value in {"a", LONG})


def test_what_a_contract_got_later_is_null_in_an_older_table(spark, folder):
    later = replace(KINDS, columns=(*KINDS.columns, Column("new", TEXT, "new", since=2)), version=2)
    by_spark = rows_by_spark(spark.read.format("delta").load(str(folder)), later, {})
    for rows in (by_spark, rows_in_folder(folder, later, {})):
        assert [(row["run_id"][0], row["new"]) for row in ordered(rows, ["run_id"])] == [
            ("a", None), ("b", None), ("c", None),
        ]  # fmt: skip


def test_a_column_that_was_always_there_may_not_be_missing(folder):
    other = replace(KINDS, columns=(*KINDS.columns, Column("new", TEXT, "new")))
    with pytest.raises(Exception, match="new"):
        rows_in_folder(folder, other, {})
