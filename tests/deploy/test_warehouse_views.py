"""The views of deploy/warehouse, in the engines that are here: the same values everywhere.

Trino's files run in DuckDB, and those for Databricks in Spark's catalog: the engines themselves
are not here.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import deltalake
import duckdb
import duckdb_extensions
import polars
import pytest

from desirelines import tables
from desirelines.views import history
from desirelines.views.runs import run_metrics
from tests.properties.oracles import memberships
from tests.properties.oracles.memberships import WrittenRun
from tests.support import histories

FILES = Path(__file__).parents[2] / "deploy" / "warehouse"
TABLES = (tables.SEGMENT_MEMBERS, tables.SEGMENT_CHANGES, tables.RUNS)


def at(day, hour):
    return datetime(2026, 3, day, hour, 30, 15, 123456, tzinfo=UTC)


RUNS = [
    WrittenRun("r1", date(2026, 3, 1), {("ann", "a"): True, ("zoë", "a"): True}, at(1, 6)),
    WrittenRun("r2", date(2026, 3, 2), {("ann", "a"): False, ("zoë", "a"): True}, at(2, 6)),
    WrittenRun("lost", date(2026, 3, 2), {("ben", "b"): True}, None),
    WrittenRun("r3", date(2026, 3, 2), {("zoë", "a"): True, ("zoë", "b"): False}, at(2, 18)),
    WrittenRun("r4", date(2026, 3, 9), {("ann", "a"): True, ("zoë", "b"): False}, at(9, 6)),
]
"""Two runs of one day; one that was never published; who comes back."""


@pytest.fixture(scope="module")
def run(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("views") / "warehouse"
    return histories.build(spark, folder, RUNS, **{"segments.fresh_hours": "null"})


def comparable(value):
    """Spark's Python gives local times without a zone; others give UTC with one."""
    return round(value.timestamp(), 6) if hasattr(value, "timestamp") else value


def in_order(rows):
    found = [tuple(map(comparable, row)) for row in rows]
    return sorted(found, key=lambda row: tuple((v is not None, str(v)) for v in row))


def statements(dialect, warehouse):
    for view in tables.VIEWS:
        text = (FILES / dialect / f"{view.name}.sql").read_text(encoding="utf-8")
        yield text.replace("{warehouse}", warehouse)


def folder_of(run):
    return run.settings.warehouse.path


def by_spark(run, _):
    for statement in statements("spark", folder_of(run)):
        run.spark.sql(statement)
    yield lambda name: run.spark.table(name).collect()
    for view in reversed(tables.VIEWS):
        run.spark.sql(f"DROP VIEW {view.name}")


def by_spark_catalog(run, _):
    """Tables with names of three parts, as on Databricks."""
    run.spark.sql("CREATE SCHEMA warehouse")
    for table in TABLES:
        run.spark.sql(
            f"CREATE TABLE warehouse.{table.name} USING DELTA "
            f"LOCATION '{folder_of(run)}/{table.name}'"
        )
    for statement in statements("databricks", "spark_catalog.warehouse"):
        run.spark.sql(statement)
    yield lambda name: run.spark.table(f"warehouse.{name}").collect()
    run.spark.sql("DROP SCHEMA warehouse CASCADE")


@pytest.fixture(scope="module")
def connection():
    duckdb_extensions.import_extension("delta")
    with duckdb.connect() as opened:
        opened.execute("LOAD delta; SET TimeZone = 'UTC'")
        yield opened


def by_duckdb(run, connection):
    for statement in statements("duckdb", folder_of(run)):
        connection.execute(statement)
    yield lambda name: rows_in(connection, name)


def rows_in(connection, name):
    """All rows of a table or view, times as Python's with a zone."""
    return polars.from_arrow(connection.execute(f"FROM {name}").to_arrow_table()).rows()


def by_trino_files(run, connection, read):
    """The files for Trino in DuckDB, on tables as another reader gives them."""
    connection.execute("CREATE SCHEMA other")
    for table in TABLES:
        rows = read(f"{folder_of(run)}/{table.name}")
        connection.register("given", rows)
        connection.execute(f"CREATE TABLE other.{table.name} AS SELECT * FROM given")
    for statement in statements("trino", "memory.other"):
        connection.execute(statement)
    yield lambda name: rows_in(connection, f"other.{name}")
    connection.execute("DROP SCHEMA other CASCADE")


def by_deltalake(run, connection):
    read = lambda place: deltalake.DeltaTable(place).to_pyarrow_table()  # noqa: E731 - one line
    yield from by_trino_files(run, connection, read)


def by_polars(run, connection):
    read = lambda place: polars.scan_delta(place).collect().to_arrow()  # noqa: E731 - one line
    yield from by_trino_files(run, connection, read)


@pytest.fixture(
    scope="module", params=[by_spark, by_spark_catalog, by_duckdb, by_deltalake, by_polars]
)
def rows_of_view(request, run, connection):
    yield from request.param(run, connection)


def test_the_stored_members_have_nulls(run):
    """What readers are compared on: a value, a null, and a letter beyond ASCII."""
    rows = run.warehouse.read(tables.SEGMENT_MEMBERS).collect()
    got = [(r["person_id"], r["bucket"], r["data_through"], r["expires_at"]) for r in rows]
    eighth = date(2026, 3, 8)
    assert sorted(got) == [("ann", 3, eighth, None), ("zoë", None, eighth, None)]


def test_current_segments_are_the_members_as_they_stand(run, rows_of_view):
    expected = run.warehouse.read(tables.SEGMENT_MEMBERS).collect()
    assert in_order(rows_of_view("current_segments")) == in_order(expected)


def test_published_changes_are_those_of_the_chain_in_its_order(run, rows_of_view):
    got = in_order(rows_of_view("published_changes"))
    assert got == in_order(history.published_changes(run).collect())
    assert [(row[0], row[2], row[3], row[4]) for row in got] == [
        (1, "ann", "a", "entered"),
        (1, "zoë", "a", "entered"),
        (2, "ann", "a", "primary_changed"),
        (3, "ann", "a", "left"),
        (3, "zoë", "b", "entered"),
        (4, "ann", "a", "entered"),
        (4, "zoë", "a", "left"),
    ]


def test_stays_are_what_the_members_of_each_run_say(run, rows_of_view):
    got = in_order(rows_of_view("segment_history"))
    assert got == in_order(memberships.stays(RUNS))
    assert got == in_order(history.segment_history(run).collect())


def test_run_metrics_are_the_ends_of_phases(run, rows_of_view):
    got = in_order(rows_of_view("run_metrics"))
    assert got == in_order(run_metrics(run).collect())
    assert sorted(row[:2] for row in got) == [
        ("lost", "assign-segments"), *((r, "publish") for r in ("r1", "r2", "r3", "r4")),
    ]  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_reader_gives_every_value_of_the_tables_below(run, connection, table):
    place = f"{folder_of(run)}/{table.name}"
    expected = in_order(run.spark.read.format("delta").load(place).collect())
    by_delta_rs = polars.from_arrow(deltalake.DeltaTable(place).to_pyarrow_table())
    by_duckdb = connection.execute(f"FROM delta_scan('{place}')").to_arrow_table()
    for found in (by_delta_rs, polars.scan_delta(place).collect(), polars.from_arrow(by_duckdb)):
        assert in_order(found.select(table.column_names).rows()) == expected
    assert {v for row in expected for v in row} > {None}
