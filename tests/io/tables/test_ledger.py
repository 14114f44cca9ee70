"""The ledger of runs: each published run has one successor; and which run a new one follows."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Thread

import pytest

from desirelines.io.tables.ledger import AFTER_PUBLICATION, NO_BASE, PUBLISHED, Ledger, State
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings

FIRST, SECOND, THIRD = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def ledger(spark, tmp_path):
    """Ledgers of any number of drivers, over one warehouse."""

    def another():
        warehouse = Warehouse(spark.newSession(), WarehouseSettings(path=str(tmp_path)))
        return Ledger(warehouse, lambda: datetime(2026, 4, 1, tzinfo=UTC), "config")

    return another


def test_of_two_drivers_with_one_base_one_publishes(ledger):
    one, two = ledger(), ledger()
    one.record("zero", "publish", "STARTED", as_of=FIRST)  # the table is there before the race
    outcome = {}

    def publish(driver, run_id):
        outcome[run_id] = driver.publish(run_id, NO_BASE, as_of=FIRST)

    racers = [
        Thread(target=publish, args=(driver, name)) for driver, name in ((one, "a"), (two, "b"))
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcome.values()) == [False, True]
    winner = next(name for name, won in outcome.items() if won)
    published = [s for s in ledger().states() if s.status == PUBLISHED]
    assert [(s.run_id, s.base_run_id) for s in published] == [(winner, NO_BASE)]


def test_a_run_is_compared_with_the_newest_published_before_it(ledger):
    runs = ledger()
    assert runs.base_of("any", SECOND) == (NO_BASE, False)
    assert runs.publish("first", NO_BASE, as_of=FIRST)
    assert runs.publish("second", "first", as_of=THIRD)
    assert [s.run_id for s in runs.published()] == ["first", "second"]
    # Readers in SQL order by the moment: with a clock that stands it is later all the same.
    moments = [s.recorded_at for s in ledger().published()]
    assert moments[1] - moments[0] == timedelta(milliseconds=1)
    cases = {FIRST: (NO_BASE, True), SECOND: ("first", True), THIRD: ("second", False)}
    assert {as_of: runs.base_of("new", as_of) for as_of in cases} == cases


def stored(ledger):
    return [(s.run_id, s.phase, s.status) for s in ledger().states()]


def test_gathered_states_are_written_together_and_a_runs_first_one_at_once(ledger):
    one = ledger()
    with one.gathered():
        one.record("a", "first", "DONE", as_of=FIRST)
        one.record("a", "second", "DONE", as_of=FIRST)
        one.record("a", "third", "DONE", as_of=FIRST)
        assert stored(ledger) == [("a", "first", "DONE")]
        assert [s.phase for s in one.states()] == ["first", "second", "third"]
        one.forget()  # what waits is not forgotten
        assert len(one.states()) == 3
        one.record("a", "fourth", "DONE")
        assert one.publish("a", NO_BASE, as_of=FIRST)
        assert {phase for _, phase, _ in stored(ledger)} == {
            "first", "second", "third", "fourth", "publish",
        }  # fmt: skip
        one.record("a", AFTER_PUBLICATION, "DONE")
        assert ("a", AFTER_PUBLICATION, "DONE") not in stored(ledger)
    assert ("a", AFTER_PUBLICATION, "DONE") in stored(ledger)
    versions = len(list((one.warehouse.local_folder / "runs" / "_delta_log").glob("*.json")))
    assert versions == 5  # made; the first; the two that waited; the publication; the end


def test_a_failure_does_not_wait_nor_what_waited_before_it(ledger):
    one = ledger()
    with one.gathered():
        for phase, status in (("first", "DONE"), ("second", "DONE"), ("third", "FAILED")):
            one.record("a", phase, status)
        assert [phase for _, phase, _ in stored(ledger)] == ["first", "second", "third"]


def test_what_waits_is_written_when_the_block_ends_by_an_error(ledger):
    one = ledger()

    def fails():
        with one.gathered():
            one.record("a", "first", "DONE")
            one.record("a", "second", "DONE")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert [phase for _, phase, _ in stored(ledger)] == ["first", "second"]


def test_no_state_waits_longer_than_five_minutes(ledger):
    one, minutes = ledger(), iter((0, 0, 1, 4, 5, 6))
    start = one.clock()
    one.clock = lambda: start + timedelta(minutes=next(minutes))
    with one.gathered():
        for phase, there in (("first", 1), ("second", 1), ("third", 1), ("late", 4), ("later", 4)):
            one.record("a", phase, "DONE")
            assert len(stored(ledger)) == there, phase
    assert len(stored(ledger)) == 5


def test_a_publication_that_another_run_won_keeps_the_states_that_waited(ledger):
    one, two = ledger(), ledger()
    two.record("b", "first", "DONE")
    with one.gathered():
        one.record("a", "first", "DONE")
        one.record("a", "second", "DONE")
        two.forget()
        assert two.publish("b", NO_BASE, as_of=FIRST)
        assert not one.publish("a", NO_BASE, as_of=FIRST)
    assert ("a", "second", "DONE") in stored(ledger)
    assert [s.run_id for s in ledger().published()] == ["b"]


@pytest.mark.parametrize(("told", "expected"), [
    ("", []),
    ("a ingest-events DONE", ["a"]),
    ("a ingest-events DONE, b build-sessions FAILED", ["b", "a"]),
    ("a ingest-events DONE, b ingest-events DONE, a resolve-identities DONE", ["a", "b"]),
    ("a publish PUBLISHED", []), ("a publish BACKFILLED, a after-publication DONE", []),
    ("a publish FAILED, a sweep ABANDONED", []),
    ("a publish FAILED, a sweep ABANDONED, a publish STARTED", ["a"]),  # continued by its name
    ("a ingest-events DONE, b publish PUBLISHED", []),                  # overtaken
    ("a ingest-events DONE, b publish PUBLISHED, a build-paths DONE", ["a"]),
    ("a rebuild DONE, a build-features DONE", []),
    ("a rollback FAILED", []),
    ("a lease STARTED, a lease DONE", []),
])  # fmt: skip
def test_runs_that_a_command_can_continue(told, expected):
    moments = count()
    states = [
        State(run_id, phase, 1, 1, status, None, None, None, None, "c", None,
              datetime(2026, 4, 1, tzinfo=UTC) + timedelta(minutes=next(moments)), None)
        for run_id, phase, status in (line.split() for line in told.split(", ") if line)
    ]  # fmt: skip
    ledger = Ledger(None, None, "c", states)
    assert [s.run_id for s in ledger.open_runs()] == expected
