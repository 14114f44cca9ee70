"""Members after a run, and the segments that they are in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from desirelines.history.freshness import NOT_PUBLISHED
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.settings.run_ids import NO_BASE
from desirelines.tables import SEGMENT_CHANGES, SEGMENT_MEMBERS
from desirelines.views import members
from tests.support import laws
from tests.support.tables import rows_of


@pytest.mark.parametrize("run_id", ["first", "second"])
def test_members_after_a_run_are_its_changes_and_those_before_it(
    spark, second_run, published_template, run_id
):
    changes = laws.rows_of(spark, published_template, SEGMENT_CHANGES)
    order = ["first", "second"][: ["first", "second"].index(run_id) + 1]
    expected = sorted((p, s, main) for (p, s), main in laws.folded(changes, order).items())
    got = members.members_after(second_run, run_id)
    assert rows_of(got, "person_id", "segment_id", "is_primary") == expected


@pytest.mark.parametrize(("hours", "expires"), [(48, True), (None, False)])
def test_members_are_as_fresh_as_the_publication_of_their_run(second_run, hours, expires):
    segments = second_run.settings.segments.model_copy(update={"fresh_hours": hours})
    run = replace(
        second_run, settings=second_run.settings.model_copy(update={"segments": segments})
    )
    state = run.ledger.published()[0]
    fresh = members.freshness_of(run, "first")
    assert (fresh.computed_at, fresh.data_through) == (
        state.recorded_at,
        state.as_of - timedelta(days=1),
    )
    assert fresh.expires_at == (state.recorded_at + timedelta(hours=48) if expires else None)
    assert members.freshness_of(run, "staged") == NOT_PUBLISHED


def test_the_stored_members_say_how_fresh_they_are(second_run):
    rows = second_run.warehouse.read(SEGMENT_MEMBERS).select(
        *(F.unix_micros(c) for c in ("computed_at", "expires_at")), "data_through"
    )
    fresh = members.freshness_of(second_run, "second")
    micros = [
        (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        for at in (fresh.computed_at, fresh.expires_at)
    ]
    assert set(map(tuple, rows.collect())) == {(*micros, fresh.data_through)}


def test_before_the_first_run_there_is_nobody(spark, tmp_path, second_run):
    assert members.members_after(second_run, NO_BASE).isEmpty()
    assert members.members_stand_for(second_run.warehouse) == "second"
    assert (
        members.members_stand_for(Warehouse(spark, WarehouseSettings(path=str(tmp_path)))) is None
    )


def test_segments_have_names_and_the_largest_comes_first(second_run):
    sizes = members.segment_sizes(second_run, "second")
    people = [s.people for s in sizes if s.people is not None]
    assert people == sorted(people, reverse=True)
    assert [s.people for s in sizes][: len(people)] == people  # withheld ones last
    names = members.segment_names(second_run, "second")
    assert {s.segment_id: s.name for s in sizes} == names
    assert all(names.values())
