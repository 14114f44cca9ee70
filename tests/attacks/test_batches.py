"""A driver dies in the middle of a batch: the next try gives every row one fate.

The next try runs under another clock, another mapping or another source.
"""

from datetime import UTC, datetime, timedelta

import pytest

from desirelines import tables
from desirelines.io.tables.store import Warehouse
from tests.support import shop
from tests.support.batches import delivered, events, fates, read, waiting
from tests.support.crash import at, dying_before

pytestmark = pytest.mark.integration

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
ROWS = shop.rows(0, 4)[:12]
EARLY = [r for r in ROWS if r["at"][:10] < "2026-01-06"]


def test_the_moment_a_batch_is_judged_by_is_its_own(spark, cli, tmp_path):
    """A row slightly too far in the future, and a retry a minute later, when it no longer is."""
    ahead = ROWS[0] | {"id": "ahead", "at": (NOW + timedelta(minutes=60, seconds=30)).isoformat()}
    given = delivered(tmp_path, [*ROWS, ahead])
    with at(NOW), dying_before(tables.ROW_ACCOUNTS):
        assert cli("ingest-events", *given) == 1
    assert len(events(spark, tmp_path)) == 12
    with at(NOW + timedelta(minutes=1)):
        assert cli("ingest-events", *given) == 0
        assert fates(spark, tmp_path) == {("source", "used"): 12, ("source", "quarantined"): 1}
        assert events(spark, tmp_path) == {r["id"] for r in ROWS}
        assert waiting(spark, tmp_path) == 1
        assert cli("ingest-events", *given) == 0
    begun = read(spark, tmp_path, tables.INGEST_BATCHES).collect()
    assert sorted((b["attempt"], "path" in b["rules"]) for b in begun) == [(1, False), (2, False)]
    assert len({(b["read_at"], b["rules"]) for b in begun}) == 1


@pytest.mark.parametrize("is_stricter", [True, False])
def test_a_batch_is_finished_by_its_own_rules_and_then_requeued(
    spark, cli, capsys, tmp_path, is_stricter
):
    """The floor date and the name of an event change before the next try."""
    bad = [ROWS[0] | {"id": f"bad{n}", "at": "not a time"} for n in range(3)]
    given = delivered(tmp_path, ROWS + bad)
    floor = ("--set", "ingest.floor_date=2026-01-06")
    mapping = ("--set", "sources.0.columns.event_name=category")
    with dying_before(tables.ROW_ACCOUNTS):
        assert cli("ingest-events", *given, *(() if is_stricter else floor)) == 1
    capsys.readouterr()
    assert cli("ingest-events", *given, *(floor if is_stricter else ()), *mapping) == 0
    output = capsys.readouterr().err
    assert "is finished as of then, by the mapping and the settings of then" in output
    names = {r["event_id"]: r["event_name"] for r in read(spark, tmp_path, tables.EVENTS).collect()}
    if is_stricter:  # what was used stays so
        assert fates(spark, tmp_path) == {("source", "used"): 12, ("source", "quarantined"): 3}
        assert names == {r["id"]: r["event"] for r in ROWS}
    else:  # waiting rows go in with the current mapping
        early = len(EARLY)
        assert 0 < early < 12
        assert fates(spark, tmp_path) == {
            ("source", "used"): 12 - early, ("source", "quarantined"): 3 + early,
            ("requeue", "used"): early,
        }  # fmt: skip
        assert names == {r["id"]: r["category"] if r in EARLY else r["event"] for r in ROWS}
    assert waiting(spark, tmp_path) == 3
    assert "rules" not in output or "path" not in output


def test_a_setting_that_decides_nothing_of_a_batch_is_no_other_rule(spark, cli, capsys, tmp_path):
    given = delivered(tmp_path, ROWS)
    with dying_before(tables.ROW_ACCOUNTS):
        assert cli("ingest-events", *given) == 1
    capsys.readouterr()
    other = ("--set", "sessions.gap_minutes=5", "--set", "ingest.quarantine_keep_days=3", "--set",
             "sources.0.ids.user={column: user, keep_value: true}")  # fmt: skip
    assert cli("ingest-events", *given, *other) == 0
    output = capsys.readouterr().err
    assert "is finished as of then\n" in output
    assert "settings of then" not in output
    assert fates(spark, tmp_path) == {("source", "used"): 12}


def test_a_source_that_was_written_over_is_taken_out_and_written_anew(spark, cli, capsys, tmp_path):
    """The file holds other rows now. No later try may end with a sum that does not add up."""
    given = delivered(tmp_path, ROWS)
    with dying_before(tables.ROW_ACCOUNTS):
        assert cli("ingest-events", *given) == 1
    assert len(events(spark, tmp_path)) == 12
    shop.write(tmp_path / "in", "first.csv", ROWS[:7])
    capsys.readouterr()
    assert cli("ingest-events", *given) == 0
    assert "is finished as of then" in capsys.readouterr().err
    assert fates(spark, tmp_path) == {("source", "used"): 7}
    assert events(spark, tmp_path) == {r["id"] for r in ROWS[:7]}
    assert sorted(r["attempt"] for r in read(spark, tmp_path, tables.INGEST_BATCHES).collect()) == [
        1,
        2,
    ]
    assert cli("ingest-events", *given) == 0


def test_a_requeue_that_died_is_finished_by_the_next_run(spark, cli, tmp_path):
    given = delivered(tmp_path, ROWS)
    assert cli("ingest-events", *given, "--set", "ingest.floor_date=2026-01-06") == 0
    with dying_before(tables.ROW_ACCOUNTS):
        assert cli("requeue", *given, "--run-id", "one") == 1
    assert events(spark, tmp_path) == {r["id"] for r in ROWS}
    assert waiting(spark, tmp_path) == len(EARLY)
    assert cli("ingest-events", *given) == 0
    early = len(EARLY)
    assert fates(spark, tmp_path) == {
        ("source", "used"): 12 - early, ("source", "quarantined"): early,
        ("requeue", "used"): early,
    }  # fmt: skip
    assert waiting(spark, tmp_path) == 0


def test_one_run_may_requeue_twice(spark, cli, tmp_path):
    """The second batch used to be taken for a repeat of the first, and its sum did not add up."""
    given = delivered(tmp_path, [*ROWS, ROWS[0] | {"id": "ahead", "at": "2090-01-01T00:00:00Z"}])
    assert cli("ingest-events", *given, "--set", "ingest.floor_date=2026-01-06") == 0
    for more, ids in ((), set()), (("--set", "ingest.future_minutes=5e7"), {"ahead"}):
        assert cli("requeue", *given, "--run-id", "one", *more) == 0
        assert events(spark, tmp_path) == {r["id"] for r in ROWS} | ids
    assert fates(spark, tmp_path)["requeue", "used"] == len(EARLY) + 1


def test_a_batch_that_nobody_can_finish_is_read_anew_with_its_links(spark, cli, capsys, tmp_path):
    """The source was moved in the middle of a batch."""
    given = delivered(tmp_path, ROWS)
    with dying_before(tables.ROW_ACCOUNTS):
        assert cli("ingest-events", *given) == 1
    (tmp_path / "in").rename(tmp_path / "moved")
    capsys.readouterr()
    moved = (*given, "--set", f"sources.0.path={tmp_path / 'moved'}")
    assert cli("ingest-events", *moved) == 2
    assert "Set `path` back for one `desirelines ingest-events`" in capsys.readouterr().err
    assert cli("ingest-events", *moved, "--resync", "shop") == 0
    assert fates(spark, tmp_path) == {("source", "used"): 12}
    (batch,) = {r["ingest_batch"] for r in read(spark, tmp_path, tables.ROW_ACCOUNTS).collect()}
    assert {r["ingest_batch"] for r in read(spark, tmp_path, tables.IDENTITY_LINKS).collect()} == {
        batch
    }


def test_the_terms_of_a_batch_are_written_before_anything_else_of_it(spark, cli, tmp_path):
    written = []
    save = Warehouse._save

    def watched(self, rows, into, *how):
        save(self, rows, into, *how)
        written.append(into.name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Warehouse, "_save", watched)
        assert cli("ingest-events", *delivered(tmp_path, ROWS)) == 0
    assert written[0] == "ingest_batches"
    assert written.index("row_accounts") > written.index("events")
