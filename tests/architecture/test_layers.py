"""What each room may do: who reads tables, who writes them, what follows from STAGES."""

import ast
from pathlib import Path

import pytest

from desirelines.cli.commands.run import STAGE_HELP
from desirelines.pipeline import STAGES, TAKE_MODEL
from desirelines.tables import ALL

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "lib" / "desirelines"
READING = {"bounds", "find", "partitions", "read", "row_count", "rows", "run_ids"}
WRITING = {
    "append", "append_attempt", "append_once", "close_runs", "create", "delete", "drop_runs",
    "merge", "replace_all", "replace_partition", "replace_run", "replace_run_of", "replace_where",
    "rewrite",
}  # fmt: skip
TABLES = {"warehouse", "tables", "store"}
"""Names of table stores: a verb counts where it is called on one of these."""


def calls(code, verbs, on=TABLES):
    """Lines that call one of the methods, on something of these names if there are any."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in verbs
        and (on is None or any(_name(part) in on for part in ast.walk(node.func.value)))
    ]


def _name(node):
    return getattr(node, "id", getattr(node, "attr", None))


@pytest.mark.parametrize(
    ("verbs", "rooms"),
    [
        (READING, {"views", "stages", "operations", "workspace", "io"}),
        (WRITING, {"stages", "operations", "io"}),
    ],
    ids=["read", "write"],
)
def test_only_these_rooms_touch_tables(verbs, rooms):
    found = [
        f"{file.relative_to(LIBRARY)}:{line}"
        for file in sorted(LIBRARY.rglob("*.py"))
        if file.relative_to(LIBRARY).parts[0] not in rooms
        for line in calls(file.read_text(), verbs)
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for():
    assert calls(
        "run.warehouse.read(EVENTS)\nwarehouse.merge(rows, EVENTS)", READING | WRITING
    ) == [1, 2]
    assert calls("path.read()\nrows.append(1)", READING | WRITING) == []


KEEPING = {"persist", "unpersist", "cache", "checkpoint", "localCheckpoint", "cacheTable"}


def test_one_module_decides_how_rows_are_kept():
    found = {
        f.relative_to(LIBRARY).as_posix()
        for f in LIBRARY.rglob("*.py")
        if calls(f.read_text(), KEEPING, on=None)
    }
    assert found == {"frames/keep.py"}
    code = "rows.select('id').persist()\n\nspark.catalog.cacheTable('t')"
    assert calls(code, KEEPING, on=None) == [1, 3]


def test_tables_are_read_and_written_without_spark_in_these_modules_alone():
    found = {
        file.relative_to(LIBRARY).as_posix()
        for file in LIBRARY.rglob("*.py")
        if "from deltalake import" in file.read_text()
    }
    assert found == {
        "io/sources/delta_history.py", "io/tables/contract_check.py", "io/tables/driver_rows.py",
        "io/tables/few_files.py", "io/tables/file_statistics.py", "io/tables/maintenance.py",
        "io/tables/small.py",
    }  # fmt: skip


def test_a_topic_makes_rows_of_its_own_only_where_it_hands_fitted_numbers_back():
    topics = {
        "events", "identities", "sessions", "paths", "features", "clusters", "segments", "history",
        "privacy", "report", "erasure", "synthetic", "columns", "frames", "kernels", "catalogue",
        "settings", "tables",
    }  # fmt: skip
    found = {
        file.relative_to(LIBRARY).as_posix()
        for file in LIBRARY.rglob("*.py")
        if file.relative_to(LIBRARY).parts[0] in topics and "createDataFrame" in file.read_text()
    }
    assert found == {"clusters/fit.py", "clusters/mllib.py", "columns/keys.py"}


def test_every_stage_has_a_command_in_the_order_of_a_run():
    assert list(STAGE_HELP) == [stage.name for stage in STAGES]


def test_every_table_is_written_by_a_stage_or_stands_for_something_else():
    written = {table.name for stage in (*STAGES, TAKE_MODEL) for table in stage.writes}
    assert {table.name for table in ALL} - written == {
        "suppressions", "warehouse_facts", "segment_cohorts", "cohort_members", "segment_removals",
        "erasure_requests", "erasure_receipts",
    }  # fmt: skip


def test_what_a_stage_reads_was_written_before_it_or_outlives_a_run():
    written = {"suppressions"}
    for stage in STAGES:
        assert {table.name for table in stage.reads} <= written, stage.name
        written |= {table.name for table in stage.writes}
