"""A warehouse as of a run: later rows are not seen, and what is written goes elsewhere."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from desirelines.io.tables.ledger import Ledger
from desirelines.io.tables.past import past_ledger, past_of
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.settings.run_ids import NO_BASE
from desirelines.tables import (
    ALL,
    IDENTITY_MAP,
    RFM_SCORES,
    RUN_PARAMETERS,
    SEGMENT_CHANGES,
    STREAM_TAGS,
    SUPPRESSIONS,
)
from tests.support.tables import rows_of

THEN, LATER = date(2026, 1, 1), date(2026, 2, 1)


def written(warehouse, table, *rows):
    """Append rows given by some of their columns; the others are null."""
    full = [tuple(row.get(c) for c in table.column_names) for row in rows]
    warehouse.append(warehouse.spark.createDataFrame(full, table.schema), table)


@pytest.fixture(scope="module")
def warehouse(spark, tmp_path_factory):
    """Tables with rows of the runs a, b (which is looked back to) and c. Only read."""
    found = Warehouse(spark, WarehouseSettings(path=str(tmp_path_factory.mktemp("warehouse"))))
    written(
        found,
        IDENTITY_MAP,
        {"key": "k1", "person_id": "ann", "from_run": "a", "to_run": "b"},
        {"key": "k1", "person_id": "ben", "from_run": "b", "to_run": "c"},
        {"key": "k1", "person_id": "cem", "from_run": "c"},
        {"key": "k2", "person_id": "ann", "from_run": "a", "to_run": "c"},
    )
    for table, name in ((RUN_PARAMETERS, "name"), (SEGMENT_CHANGES, "person_id")):
        written(found, table, *({"run_id": r, name: "x"} for r in "abc"))
    written(
        found,
        RFM_SCORES,
        {"as_of": THEN, "person_id": "ann", "run_id": "a"},
        {"as_of": LATER, "person_id": "ann", "run_id": "b"},
    )
    written(found, STREAM_TAGS, {"stream_id": "s", "reason": "rate", "run_id": "a"})
    written(found, SUPPRESSIONS, {"token": "t"})
    return found


@pytest.fixture
def past(warehouse):
    with past_of(warehouse, "b", ("a", "b"), command="now") as found:
        yield found


def test_what_later_runs_wrote_is_not_there_and_what_they_closed_is_open(past):
    assert rows_of(past.read(IDENTITY_MAP), "key", "person_id", "from_run", "to_run") == [
        ("k1", "ann", "a", "b"), ("k1", "ben", "b", None), ("k2", "ann", "a", None),
    ]  # fmt: skip
    assert past.read(STREAM_TAGS).isEmpty()  # made again
    assert not past.exists(STREAM_TAGS)
    assert [row["token"] for row in past.rows(SUPPRESSIONS)] == ["t"]  # of no run
    assert past.version(IDENTITY_MAP) is None


def test_the_run_is_given_its_parameters_and_not_its_results(past):
    assert [row["run_id"] for row in past.rows(RUN_PARAMETERS, "run_id")] == ["a", "b"]
    assert past.run_ids(SEGMENT_CHANGES) == {"a"}
    assert past.partitions(RFM_SCORES, "as_of") == {THEN}
    assert past.bounds(RFM_SCORES, "as_of") == (THEN, THEN)


def test_what_is_written_is_seen_beside_earlier_runs_and_changes_no_table(past, warehouse):
    before = warehouse.versions(ALL)
    names = {"run_id": "b", "name": "x", "value": "new"}
    past.replace_run([names], RUN_PARAMETERS, "b")
    found = [(row["run_id"], row["value"]) for row in past.rows(RUN_PARAMETERS, "run_id")]
    assert found == [("a", None), ("b", "new")]
    for person in ("eve", "fay"):
        changes = past.spark.createDataFrame(
            [("b", person, None, None, None, None, None)], SEGMENT_CHANGES.schema
        )
        past.replace_run(changes, SEGMENT_CHANGES, "b")
    seen = rows_of(past.read(SEGMENT_CHANGES), "run_id", "person_id")
    assert seen == [("a", "x"), ("b", "fay")]
    scores = warehouse.read(RFM_SCORES).filter("run_id = 'b'")
    past.replace_partition(scores, RFM_SCORES, "as_of", LATER)
    assert past.row_count(RFM_SCORES, as_of=LATER) == 1
    assert Warehouse(warehouse.spark, warehouse.settings).versions(ALL) == before


def test_what_was_written_is_deleted_also_after_a_failure(warehouse):
    places = []

    def fail():
        with past_of(warehouse, "b", ("a", "b"), command="now") as past:
            past.append([{"run_id": "b", "name": "y", "value": None}], RUN_PARAMETERS)
            places.append(Path(past.path_of(RUN_PARAMETERS.name)))
            assert places[0].is_dir()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not places[0].parent.exists()
    assert warehouse.local_folder not in places[0].parents  # a folder of this process


def test_in_a_catalog_what_is_written_has_names_of_its_own(spark, tmp_path):
    spark.sql("CREATE SCHEMA IF NOT EXISTS past_test")
    settings = WarehouseSettings(path=str(tmp_path), catalog="spark_catalog", schema="past_test")
    original = Warehouse(spark, settings)
    original.append([{"run_id": "a", "name": "x", "value": None}], RUN_PARAMETERS)

    def names():
        listed = spark.sql("SHOW TABLES IN past_test").collect()
        return sorted(row["tableName"] for row in listed)

    with past_of(original, "b", ("a", "b"), command="20260101T000000Z-00ff") as past:
        past.append([{"run_id": "b", "name": "x", "value": None}], RUN_PARAMETERS)
        assert past.run_ids(RUN_PARAMETERS) == {"a", "b"}
        own = "_scratch_past_20260101t000000z_00ff_run_parameters"
        assert names() == [own, "run_parameters"]
    assert names() == ["run_parameters"]
    spark.sql("DROP SCHEMA past_test CASCADE")


def test_a_run_has_the_base_that_it_had(warehouse):
    moments = (datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=n) for n in count())
    ledger = Ledger(warehouse, lambda: next(moments), "config")
    for run_id, base in (("a", NO_BASE), ("b", "a"), ("c", "b")):
        assert ledger.publish(run_id, base, as_of=THEN)
    assert ledger.base_of("b", THEN) == ("c", False)
    with past_of(warehouse, "b", ("a", "b"), command="now") as past:
        assert past_ledger(ledger, past, "b").base_of("b", THEN) == ("a", False)
