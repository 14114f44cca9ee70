"""What a run must have done before it is published, judged by its states."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from desirelines.io.tables.ledger import ABANDONED, DONE, FAILED, State
from desirelines.stages.gates import faults_of_stages

AS_OF, OTHER = date(2026, 3, 1), date(2026, 2, 1)
ALL = (
    "resolve-identities",
    "build-sessions",
    "build-features",
    "fit-clusters",
    "assign-segments",
    "build-paths",
)


def states(*phases):
    """States of one run, one after the other, each done for the same date."""
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        State(
            "r",
            phase,
            1,
            1,
            DONE,
            AS_OF,
            None,
            None,
            None,
            "c",
            0,
            begin + timedelta(minutes=n),
            None,
        )
        for n, phase in enumerate(phases)
    ]


def changed(place, **facts):
    """All stages in order, one of them in another state."""
    done = states(*ALL)
    done[place] = replace(done[place], **facts)
    return done


@pytest.mark.parametrize(
    ("done", "faults"),
    [
        (states(*ALL), []),
        (states(*(p.replace("fit-clusters", "take-model") for p in ALL)), []),
        (states(*ALL[:-1]), ["build-paths was not done"]),
        (states(*ALL[3:]), [f"{p} was not done" for p in ALL[:3]]),
        (states(*ALL, "build-features"),
         [f"{p} must be done again, since a stage before it was" for p in ALL[3:]]),
        (changed(2, as_of=OTHER), ["build-features was done for as_of 2026-02-01, not 2026-03-01"]),
        (changed(0, as_of=OTHER), []),
        (changed(5, status=FAILED), ["build-paths was not done"]),
        ([*states(*ALL), replace(states("sweep")[0], status=ABANDONED)], [
            f"{p} was not done" for p in ALL
        ]),
    ],
)  # fmt: skip
def test_a_run_is_whole_when_every_stage_was_done_in_order_and_for_its_date(done, faults):
    assert faults_of_stages(done, AS_OF) == faults
