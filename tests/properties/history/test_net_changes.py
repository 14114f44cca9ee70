"""Net changes between two runs of many made histories, against plain Python."""

from random import Random

import pytest

from desirelines.history.intervals import to_published_changes
from desirelines.history.net_changes import to_net_changes
from desirelines.tables import SEGMENT_CHANGES
from tests.properties.oracles import memberships
from tests.properties.oracles.memberships import published
from tests.support.tables import rows_of

SEED, STORIES = 20261130, 60


@pytest.fixture(scope="module")
def stories():
    random = Random(SEED)
    return [memberships.story(random, f"w{n}") for n in range(STORIES)]


@pytest.fixture(scope="module")
def changes(spark, stories):
    rows = [row for runs in stories for row in memberships.changes(runs)]
    chain = [
        (run.run_id, place, run.published_at)
        for runs in stories
        for place, run in enumerate(published(runs), start=1)
    ]
    return to_published_changes(
        spark.createDataFrame(rows, SEGMENT_CHANGES.schema),
        spark.createDataFrame(chain, "run_id string, place long, published_at timestamp"),
    )


@pytest.mark.parametrize(("after", "until"), [(0, 1), (0, 7), (1, 4), (2, 3), (3, 7), (5, 5)])
def test_what_differs_between_two_runs_is_told_once(changes, stories, after, until):
    expected = [row for runs in stories for row in memberships.net_changes(runs, after, until)]
    got = to_net_changes(changes, after=after, until=until)
    assert sorted(
        rows_of(got, "sequence", "person_id", "segment_id", "change", "is_primary")
    ) == sorted(expected)
    assert bool(expected) == (after != until)
