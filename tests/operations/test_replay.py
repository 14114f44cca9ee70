"""A run is computed again from its rows, after other runs and after an erasure."""

import json

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.io.tables.store import Warehouse
from desirelines.settings import read_settings
from tests.support import shop
from tests.support.published import THIRD, conf, deliver, read, result

pytestmark = pytest.mark.integration

COMPARED = (
    "features", "segment_changes", "segment_evidence", "segment_sizes", "segment_profiles",
)  # fmt: skip


def warehouse_of(spark, folder):
    return Warehouse(spark, read_settings((folder / "conf.yaml",), ()).warehouse)


def test_earlier_runs_are_the_same_after_two_people_became_one(spark, published_shop, cli, capsys):
    rows = shop.rows(*THIRD)
    login = next(row for row in rows if row["user"] == "user3")
    deliver(spark, published_shop, [*rows, login | {"id": "shared", "cookie": "cookie0"}])
    assert cli("run", *conf(published_shop)) == 0
    third = result(capsys)["run_id"]
    closed = read(spark, published_shop, tables.IDENTITY_MAP).filter(F.col("to_run") == third)
    assert not closed.isEmpty()
    before = warehouse_of(spark, published_shop).versions(tables.ALL)
    # The settings of today do not count: the run saved its own.
    others = ("--set", "segments.rules=[lapsed]", "--set", "sessions.gap_minutes=5")
    assert cli("replay", "first", *conf(published_shop), *others) == 0
    done = result(capsys)
    assert {t["table"]: t["is_same"] for t in done["tables"]} == dict.fromkeys(COMPARED, True)
    assert all(t["rows"] == t["equal"] > 0 for t in done["tables"])
    assert (done["people"], done["people_gone"], done["events_gone"]) == (60, 0, 0)
    assert (done["is_same"], done["not_compared"]) == (True, [])
    assert cli("replay", "second", "--refit", "--conf", str(published_shop / "conf.yaml")) == 0
    printed = capsys.readouterr().out
    assert "features: 60 rows, the same" in printed
    assert "cluster_models: 3 rows, the same" in printed
    assert "No longer there: nothing" in printed
    assert warehouse_of(spark, published_shop).versions(tables.ALL) == before


def test_a_row_that_was_changed_by_hand_is_found(spark, first_shop, cli, capsys):
    someone = read(spark, first_shop, tables.FEATURES).agg(F.min("person_id")).first()[0]
    warehouse = warehouse_of(spark, first_shop)
    spark.sql(
        f"UPDATE {warehouse.address('features')} SET active_days = active_days + 1 "
        f"WHERE person_id = '{someone}'"
    )
    assert cli("replay", "first", *conf(first_shop)) == 3
    printed = capsys.readouterr()
    assert "run first is not the same now: features. Nothing was changed." in printed.err
    (features,) = [t for t in json.loads(printed.out)["tables"] if not t["is_same"]]
    assert features == {
        "table": "features", "rows": 60, "equal": 59, "different": 1, "missing": 0, "extra": 0,
        "is_same": False,
    }  # fmt: skip


def test_who_was_erased_is_counted_and_everybody_else_is_the_same(
    spark, published_shop, cli, capsys
):
    someone = read(spark, published_shop, tables.FEATURES).agg(F.min("person_id")).first()[0]
    erase(spark, published_shop, someone)
    assert cli("replay", "first", *conf(published_shop)) == 0
    done = result(capsys)
    rows = {t["table"]: (t["rows"], t["is_same"]) for t in done["tables"]}
    assert rows.pop("segment_changes")[1]
    assert rows == {"features": (59, True), "segment_evidence": (59, True)}
    assert (done["is_same"], done["people"], done["people_gone"]) == (True, 59, 1)
    assert done["events_gone"] > 0
    assert {n["table"] for n in done["not_compared"]} == {"segment_sizes", "segment_profiles"}
    assert cli("replay", "first", "--refit", *conf(published_shop)) == 2
    assert "somebody was erased since run first" in capsys.readouterr().err


def erase(spark, folder, person):
    """Delete the rows of a person, and of their identifiers, wherever a table has them."""
    warehouse = warehouse_of(spark, folder)
    held = read(spark, folder, tables.IDENTITY_MAP).filter(F.col("person_id") == person)
    keys = {person, *(row["key"] for row in held.collect())}
    gone = spark.createDataFrame([(key,) for key in sorted(keys)], "gone string")
    for table in tables.ALL:
        for column in table.erased_by if warehouse.exists(table) else ():
            warehouse.delete(gone.withColumnRenamed("gone", column), table)


def test_the_features_of_a_run_may_be_those_of_a_later_one_of_its_date(first_shop, cli, capsys):
    assert cli("run", "--run-id", "again", *conf(first_shop), "--set", "clusters.k=2") == 0
    capsys.readouterr()
    assert cli("replay", "first", *conf(first_shop)) == 0
    done = result(capsys)
    assert done["not_compared"] == [
        {"table": "features", "why": "replaced by run again, of the same date"}
    ]
    assert [t["table"] for t in done["tables"]] == [t for t in COMPARED if t != "features"]


def test_only_a_run_that_computed_its_members_can_be_replayed(published_shop, cli, capsys):
    assert cli("replay", "frist", *conf(published_shop)) == 2
    assert "no run 'frist' has ended (did you mean 'first'?)" in capsys.readouterr().err
    assert cli("rollback", "first", *conf(published_shop)) == 0
    restoring = result(capsys)["run_id"]
    assert cli("replay", restoring, *conf(published_shop)) == 2
    assert "Replay that one: `desirelines replay first`" in capsys.readouterr().err


def test_a_run_that_saved_no_settings_is_replayed_by_those_that_it_had(
    spark, first_shop, cli, capsys
):
    own = spark.createDataFrame([("first", "settings")], "run_id string, name string")
    warehouse_of(spark, first_shop).delete(own, tables.RUN_PARAMETERS)
    assert cli("replay", "first", *conf(first_shop), "--set", "clusters.k=2") == 2
    assert "published before runs saved their settings" in capsys.readouterr().err
    assert cli("replay", "first", *conf(first_shop)) == 0
    assert result(capsys)["is_same"]
