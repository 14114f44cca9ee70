"""A run is computed again from its rows, after other runs and after an erasure."""

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.io.tables.store import Warehouse
from desirelines.settings import read_settings
from tests.support.published import conf, read, result

pytestmark = pytest.mark.integration

COMPARED = (
    "features", "segment_changes", "segment_evidence", "segment_sizes", "segment_profiles",
)  # fmt: skip


def warehouse_of(spark, folder):
    return Warehouse(spark, read_settings((folder / "conf.yaml",), ()).warehouse)


def differing(done):
    return {t["table"]: t for t in done["tables"] if not t["is_same"]}


def test_the_first_run_is_the_same_after_the_second(spark, published_shop, cli, capsys):
    before = warehouse_of(spark, published_shop).versions(tables.ALL)
    # Neither other settings nor a place that is gone matter: the run saved its own.
    others = ("--set", "segments.rules=[lapsed]", "--set", "sessions.gap_minutes=5")
    assert cli("replay", "first", *conf(published_shop), *others) == 0
    done = result(capsys)
    assert tuple(t["table"] for t in done["tables"]) == COMPARED
    assert differing(done) == {}
    assert all(t["rows"] for t in done["tables"])
    assert (done["people"], done["people_gone"], done["events_gone"]) == (60, 0, 0)
    assert (done["is_same"], done["not_compared"]) == (True, [])
    assert cli("replay", "second", "--conf", str(published_shop / "conf.yaml")) == 0
    printed = capsys.readouterr().out
    assert "features: 60 rows, the same" in printed
    assert "No longer there: nothing" in printed
    assert warehouse_of(spark, published_shop).versions(tables.ALL) == before


def test_a_row_that_was_changed_by_hand_is_found(spark, published_shop, cli, capsys):
    someone = read(spark, published_shop, tables.FEATURES).agg(F.min("person_id")).first()[0]
    warehouse = warehouse_of(spark, published_shop)
    spark.sql(
        f"UPDATE {warehouse.address('features')} SET frequency = frequency + 1 "
        f"WHERE person_id = '{someone}' AND run_id = 'first'"
    )
    assert cli("replay", "first", *conf(published_shop)) == 3
    printed = capsys.readouterr()
    assert "run first is not the same now: features. Nothing was changed." in printed.err


def test_who_was_erased_is_counted_and_everybody_else_is_the_same(
    spark, published_shop, cli, capsys
):
    someone = read(spark, published_shop, tables.FEATURES).agg(F.min("person_id")).first()[0]
    warehouse = warehouse_of(spark, published_shop)
    keys = read(spark, published_shop, tables.IDENTITY_MAP).filter(F.col("person_id") == someone)
    keys = [row["key"] for row in keys.collect()]
    gone = spark.createDataFrame([(key,) for key in {someone, *keys}], "gone string")
    for table in tables.ALL:
        if table.erased_by and warehouse.exists(table):
            for column in table.erased_by:
                warehouse.delete(gone.withColumnRenamed("gone", column), table)
    assert cli("replay", "first", *conf(published_shop)) == 0
    done = result(capsys)
    assert {t["table"]: (t["rows"], t["equal"]) for t in done["tables"]} | {
        "segment_changes": ...
    } == {"features": (59, 59), "segment_evidence": (59, 59), "segment_changes": ...}
    assert (done["is_same"], done["people"], done["people_gone"]) == (True, 59, 1)
    assert done["events_gone"] > 0
    assert {n["table"] for n in done["not_compared"]} == {"segment_sizes", "segment_profiles"}


def test_only_a_run_that_ended_can_be_replayed(published_shop, cli, capsys):
    assert cli("replay", "frist", *conf(published_shop)) == 2
    assert "no run 'frist' has ended (did you mean 'first'?)" in capsys.readouterr().err
