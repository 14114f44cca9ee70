"""The runs that ended, and the segments of one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from desirelines.errors import SettingsError, did_you_mean
from desirelines.run.context import Run
from desirelines.tables import EVERYBODY, SEGMENT_REMOVALS, SEGMENT_SIZES
from desirelines.views.members import SegmentSize, segment_sizes
from desirelines.views.runs import nothing_published, restored_by


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run that was published, or ended outside the chain.

    Attributes:
        people: people with a main segment.
        segments: number of segments.
        entered: people who entered a segment, summed over segments whose count is published.
        left: the same for people who left.
        erased: people with a main segment who were erased since: `people` are these, and those whom
            the tables hold still.
        restores: the run whose members a rollback published again; else null.
    """

    run_id: str
    status: str
    as_of: date | None
    base_run_id: str | None
    people: int | None
    published_at: str
    segments: int
    entered: int
    left: int
    erased: int
    restores: str | None


def history_of(run: Run) -> tuple[EndedRun, ...]:
    """Every run that ended, the oldest first.

    Raises:
        EmptyInputError: no run was published yet.
    """
    ended = run.ledger.ended()
    if not ended:
        raise nothing_published(run)
    sizes = run.warehouse.rows(SEGMENT_SIZES)
    of_everybody = run.warehouse.rows(SEGMENT_REMOVALS, where={"segment_id": [EVERYBODY]})
    erased = {row["run_id"]: row["removed_count"] for row in of_everybody}
    history = []
    for state in ended:
        mine = [size for size in sizes if size["run_id"] == state.run_id]
        history.append(
            EndedRun(
                state.run_id,
                state.status,
                state.as_of,
                state.base_run_id,
                state.row_count,
                published_at=f"{state.recorded_at:%Y-%m-%d %H:%M:%S}",
                segments=len(mine),
                entered=_sum_of_published(size["entered_count"] for size in mine),
                left=_sum_of_published(size["left_count"] for size in mine),
                erased=erased.get(state.run_id, 0),
                restores=restored_by(run, state.run_id),
            )
        )
    return tuple(history)


def segments_of(run: Run, run_id: str) -> tuple[SegmentSize, ...]:
    """The segments of a run that ended, by id.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: there is no such run.
    """
    ended = [state.run_id for state in run.ledger.ended()]
    if not ended:
        raise nothing_published(run)
    if run_id not in ended:
        raise SettingsError(
            [f"--run-id {run_id}: no such published run{did_you_mean(run_id, ended)}"]
        )
    return tuple(sorted(segment_sizes(run, run_id), key=lambda size: size.segment_id))


def _sum_of_published(counts: Iterable[int | None]) -> int:
    """Sum of counts; a withheld one adds nothing."""
    return sum(count or 0 for count in counts)
