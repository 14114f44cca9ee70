"""Membership over the published runs of a warehouse."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from desirelines.errors import SettingsError
from desirelines.history.intervals import members_of_run
from desirelines.io.tables.ledger import Ledger
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import RUNS, SEGMENT_CHANGES
from desirelines.views import history
from tests.support import laws
from tests.support.tables import rows_of


def test_changes_are_those_of_the_chain_with_the_moment_of_publication(
    spark, second_run, published_template
):
    places = {"first": 1, "second": 2}
    moments = {
        r["run_id"]: r["recorded_at"]
        for r in laws.rows_of(spark, published_template, RUNS)
        if r["status"] == "PUBLISHED"
    }
    stored = laws.rows_of(spark, published_template, SEGMENT_CHANGES)
    got = history.published_changes(second_run).collect()
    assert Counter(
        (r["sequence"], r["run_id"], r["person_id"], r["segment_id"], r["change"]) for r in got
    ) == Counter(
        (places[r["run_id"]], r["run_id"], r["person_id"], r["segment_id"], r["change"])
        for r in stored
    )
    assert all(r["published_at"] == moments[r["run_id"]] for r in got)


@pytest.mark.parametrize(("sequence", "order"), [(1, ["first"]), (2, ["first", "second"])])
def test_stays_give_the_members_after_each_run(
    spark, second_run, published_template, sequence, order
):
    changes = laws.rows_of(spark, published_template, SEGMENT_CHANGES)
    expected = sorted((p, s, main) for (p, s), main in laws.folded(changes, order).items())
    got = members_of_run(history.segment_history(second_run), sequence=sequence)
    assert rows_of(got, "person_id", "segment_id", "is_primary") == expected


def test_before_the_first_run_there_is_no_history(spark, tmp_path, second_run):
    empty = Warehouse(spark, WarehouseSettings(path=str(tmp_path)))
    run = replace(second_run, warehouse=empty, ledger=Ledger(empty, second_run.clock, ""))
    assert history.published_changes(run).isEmpty()
    assert history.segment_history(run).isEmpty()


def test_members_of_the_past_are_asked_for_by_a_day_a_run_or_a_moment(second_run):
    first, second = second_run.ledger.published()
    nothing = {"on": None, "run_id": None, "seen_at": None}
    columns = ("person_id", "segment_id", "is_primary")
    expected = rows_of(history.current_segments(second_run), *columns)
    for given in ({"on": second.as_of}, {"run_id": "second"}, {"seen_at": second.recorded_at}):
        got = history.members_when(second_run, **nothing | given)
        assert rows_of(got, *columns) == expected, given
    before = {"seen_at": first.recorded_at - timedelta(seconds=1)}
    assert history.members_when(second_run, **nothing | before).isEmpty()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give one of"),
        ({"on": date(2026, 2, 1), "run_id": "first"}, "give one of"),
        ({"on": datetime(2026, 2, 1)}, "and no datetime"),  # noqa: DTZ001 - the mistake
        ({"run_id": "secnd"}, "run secnd was not published [(]did you mean 'second'"),
        ({"seen_at": datetime(2026, 2, 1)}, "has no time zone"),  # noqa: DTZ001 - the mistake
    ],
)
def test_a_question_about_no_moment_or_about_several_is_refused(second_run, given, said):
    nothing = {"on": None, "run_id": None, "seen_at": None}
    with pytest.raises(SettingsError, match=said):
        history.members_when(second_run, **nothing | given)
