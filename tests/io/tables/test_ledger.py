"""The ledger of runs: each published run has one successor; and which run a new one follows."""

from datetime import UTC, date, datetime
from threading import Thread

import pytest

from desirelines.io.tables.ledger import NO_BASE, PUBLISHED, Ledger
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
    cases = {FIRST: (NO_BASE, True), SECOND: ("first", True), THIRD: ("second", False)}
    assert {as_of: runs.base_of("new", as_of) for as_of in cases} == cases
