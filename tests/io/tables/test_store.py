"""How rows get into tables: a run's rows once, versions as a command sees them.

And tables that differ from their contract.
"""

from dataclasses import replace

import pytest

from desirelines import tables
from desirelines.errors import ContractError
from desirelines.io.tables.predicates import equals
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import RUN_PARAMETERS
from tests.support.published import path, read

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


def test_readers_without_spark_read_equal_values(spark, first_template):
    import deltalake
    import duckdb
    import duckdb_extensions
    import polars

    duckdb_extensions.import_extension("delta")
    connection = duckdb.connect()
    connection.execute("LOAD delta; SET TimeZone = 'UTC'")
    for table in (
        tables.SEGMENT_MEMBERS,
        tables.FEATURES,
        tables.SESSIONS,
        tables.EVENTS,
        tables.PATH_EDGES,
    ):
        order = list(table.key)
        wanted = [
            tuple(r)
            for r in read(spark, first_template, table)
            .select(*table.column_names)
            .orderBy(*order)
            .collect()
        ]
        assert wanted, table.name
        arrow = deltalake.DeltaTable(path(first_template, table.name)).to_pyarrow_table()
        by_polars = polars.scan_delta(path(first_template, table.name)).collect()
        by_duckdb = connection.execute(
            f"SELECT * FROM delta_scan('{path(first_template, table.name)}')"
        ).to_arrow_table()
        for other in (polars.from_arrow(arrow), by_polars, polars.from_arrow(by_duckdb)):
            found = other.select(table.column_names).sort(order).rows()
            assert [tuple(map(comparable, r)) for r in found] == [
                tuple(map(comparable, r)) for r in wanted
            ], table.name


def test_tables_are_as_contracted(spark, first_template):

    warehouse = Warehouse(
        spark, WarehouseSettings(path=str(first_template / "warehouse"), buckets=4)
    )
    written = [t for t in tables.ALL if warehouse.exists(t)]
    assert {t.name for t in tables.ALL} - {t.name for t in written} == {
        "consents",
        "identifiers",
        "suppressions",
        "identity_cuts",
        "segment_cohorts",
        "segment_removals",
        "erasure_requests",
        "erasure_receipts",
        "cohort_members",
    }
    assert {t.name: warehouse.problems(t) for t in written} == {t.name: [] for t in written}
    for table in written:
        rows = read(spark, first_template, table)
        assert rows.count() == rows.select(*table.key).distinct().count(), (
            f"{table.name}: the key tells rows apart"
        )
        comments = {f.name: f.metadata.get("comment") for f in rows.schema.fields}
        assert comments == {c.name: c.comment for c in table.columns}


def test_no_log_holds_a_key_or_a_raw_identifier(spark, first_template):
    keys = {r["key"] for r in read(spark, first_template, tables.IDENTITY_MAP).collect()}
    needles = [*sorted(keys)[:5], "cookie1", "user1", "robotic"]
    logs = [
        f
        for f in (first_template / "warehouse").rglob("*")
        if f.is_file() and "_delta_log" in f.parts
    ]
    assert logs
    for file in logs:
        text = file.read_bytes().decode("utf-8", "replace")
        assert not [n for n in needles if n in text], file


def comparable(value):
    """Spark's Python gives local times without a zone; others give UTC with one."""
    if hasattr(value, "timestamp"):
        return round(value.timestamp(), 6)
    return value
