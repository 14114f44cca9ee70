"""A delta export for activation tools."""

import json
from datetime import UTC, date, datetime

import pytest

from desirelines.errors import EmptyInputError, SettingsError
from desirelines.operations.export_changes import Export, export_changes
from tests.properties.oracles.memberships import WrittenRun, net_changes
from tests.support import histories

RUNS = [
    WrittenRun("r1", date(2026, 3, 1), {("ann", "a"): True, ("ben", "a"): True},
               datetime(2026, 3, 1, 6, tzinfo=UTC)),
    WrittenRun("lost", date(2026, 3, 2), {("cat", "a"): True}, None),
    WrittenRun("r2", date(2026, 11, 2), {("ann", "b"): True, ("ben", "a"): False},
               datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # in New York the hour comes twice
    WrittenRun("r3", date(2026, 11, 2), {("ann", "b"): True},
               datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
]  # fmt: skip


@pytest.fixture(scope="module")
def run(spark, tmp_path_factory):
    return histories.build(spark, tmp_path_factory.mktemp("export") / "warehouse", RUNS)


def exported(place):
    return [json.loads(line) for line in place.read_text().splitlines()]


@pytest.mark.parametrize(("after", "until", "last"), [(0, None, 3), (1, None, 3), (1, 2, 2)])
def test_a_file_holds_what_changed_in_order_and_says_where_to_go_on(
    run, tmp_path, after, until, last
):
    place = tmp_path / "delta.jsonl"
    got = export_changes(run, str(place), after=after, until=until)
    expected = sorted(net_changes(RUNS, after, last))
    assert got == Export(str(place), len(expected), after, last, f"r{last}")
    columns = ("sequence", "person_id", "segment_id", "change", "is_primary")
    assert [tuple(row[c] for c in columns) for row in exported(place)] == expected
    moments = {1: "2026-03-01T06:00", 2: "2026-11-01T05:30", 3: "2026-11-01T06:30"}
    assert all(r["published_at"].startswith(moments[r["sequence"]]) for r in exported(place))


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_same_export_again_gives_the_same_bytes(run, tmp_path, ending):
    first, second = tmp_path / f"first{ending}", tmp_path / f"second{ending}"
    for place in (first, first, second):
        export_changes(run, str(place), after=1)
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(SettingsError, match="other content"):
        export_changes(run, str(first), after=0)


def test_where_nothing_changed_the_file_has_no_row(run, tmp_path):
    got = export_changes(run, str(tmp_path / "delta.csv"), after=3)
    assert (got.rows, got.sequence) == (0, 3)
    assert (tmp_path / "delta.csv").read_text().count("\n") == 1


@pytest.mark.parametrize(("after", "until"), [(4, None), (-1, None), (2, 1), (0, 4), (0, 0)])
def test_runs_that_are_not_there_are_refused(run, tmp_path, after, until):
    with pytest.raises(SettingsError, match="3 runs are published"):
        export_changes(run, str(tmp_path / "delta.csv"), after=after, until=until)
    assert list(tmp_path.iterdir()) == []


def test_before_the_first_run_there_is_nothing_to_export(spark, tmp_path):
    never = WrittenRun("lost", date(2026, 3, 2), {("cat", "a"): True}, None)
    run = histories.build(spark, tmp_path / "warehouse", [never])
    with pytest.raises(EmptyInputError, match="no run was published"):
        export_changes(run, str(tmp_path / "delta.csv"), after=0)
