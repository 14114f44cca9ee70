"""How rows get into tables: a run's rows once, versions as a command sees them.

And tables that differ from their contract.
"""

from dataclasses import replace

import pytest

from desirelines.errors import ContractError
from desirelines.io.tables.predicates import equals
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import RUN_PARAMETERS

PARAMETERS = replace(RUN_PARAMETERS, name="parameters_under_test")


@pytest.fixture
def warehouse(spark, tmp_path):
    """Warehouses of any number of commands, over one folder."""
    return lambda: Warehouse(spark, WarehouseSettings(path=str(tmp_path)))


def rows(spark, run_id, **values):
    return spark.createDataFrame(
        [(run_id, name, value) for name, value in values.items()], PARAMETERS.schema
    )


def found(tables):
    return sorted(tuple(r) for r in tables.read(PARAMETERS).collect())


def operations(spark, tables):
    history = spark.sql(f"DESCRIBE HISTORY {tables.address(PARAMETERS.name)}").collect()
    return [(r["operation"], r["operationParameters"].get("mode")) for r in reversed(history)]


def test_a_new_run_appends_what_it_writes_first_and_replaces_it_when_it_tries_again(
    spark, warehouse
):
    tables = warehouse()
    tables.begin_run("b")
    tables.replace_run(
        rows(spark, "a", k="1"), PARAMETERS, "a"
    )  # another run: whatever it wrote is replaced
    for value in ("2", "3"):
        tables.replace_run(rows(spark, "b", k=value), PARAMETERS, "b")
    tables.replace_run(rows(spark, "b", k="4"), PARAMETERS, "b", equals("name", "k"))
    assert found(tables) == [("a", "k", "1"), ("b", "k", "4")]
    resumed = warehouse()
    resumed.replace_run(rows(spark, "b", k="5"), PARAMETERS, "b")
    assert found(resumed) == [("a", "k", "1"), ("b", "k", "5")]
    modes = [mode for operation, mode in operations(spark, tables) if operation == "WRITE"]
    assert modes == ["Append", "Append", "Overwrite", "Overwrite", "Overwrite"]


def test_parts_of_a_new_run_are_each_appended_once(spark, warehouse):
    tables = warehouse()
    tables.begin_run("a")
    for name, value in (("k", "1"), ("l", "2"), ("k", "3")):
        tables.replace_run(rows(spark, "a", **{name: value}), PARAMETERS, "a", equals("name", name))
    assert found(tables) == [("a", "k", "3"), ("a", "l", "2")]
    modes = [mode for operation, mode in operations(spark, tables) if operation == "WRITE"]
    assert modes == ["Append", "Append", "Overwrite"]


def test_a_version_is_the_one_found_or_the_one_written_last(spark, warehouse):
    mine, other = warehouse(), warehouse()
    assert mine.versions([PARAMETERS]) == {PARAMETERS.name: None}
    mine.append(rows(spark, "a", k="1"), PARAMETERS)
    assert (mine.version(PARAMETERS), other.version(PARAMETERS)) == (1, 1)
    other.append(rows(spark, "b", k="2"), PARAMETERS)
    assert (mine.version(PARAMETERS), other.version(PARAMETERS)) == (
        1,
        2,
    )  # it did not use what it did not see
    mine.append(rows(spark, "c", k="3"), PARAMETERS)
    assert mine.version(PARAMETERS) == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("ALTER TABLE {} SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
         "reader version 3, contracted 1"),
        ("ALTER TABLE {} SET TBLPROPERTIES ('delta.minWriterVersion' = '7', "
         "'delta.feature.rowTracking' = 'supported')", "rowTracking"),
        ("ALTER TABLE {} SET TBLPROPERTIES ('delta.minWriterVersion' = '4')", "writer version 4"),
        ("ALTER TABLE {} SET TBLPROPERTIES ('delta.logRetentionDuration' = 'interval 90 days')",
         "logRetentionDuration is 'interval 90 days'"),
    ],
)  # fmt: skip
def test_a_table_that_other_readers_may_not_read_is_refused_before_anything_is_written(
    spark, warehouse, change, said
):
    warehouse().append(rows(spark, "a", k="1"), PARAMETERS)
    spark.sql(change.format(warehouse().address(PARAMETERS.name)))
    with pytest.raises(ContractError, match=said):
        warehouse().append(rows(spark, "b", k="2"), PARAMETERS)
    assert found(warehouse()) == [("a", "k", "1")]


@pytest.mark.parametrize("order", [("2", "1", "3"), ("3", "2", "1"), ("1", "3", "2")])
def test_of_values_merged_in_whichever_order_the_lowest_stays_where_it_is_asked_for(
    spark, warehouse, order
):
    tables = warehouse()
    for value in order:
        tables.merge(rows(spark, "a", k=value), PARAMETERS, update=("value",), only_lower=True)
    assert found(tables) == [("a", "k", "1")]
    tables.merge(rows(spark, "a", k="9"), PARAMETERS, update=("value",))
    assert found(tables) == [("a", "k", "9")]
