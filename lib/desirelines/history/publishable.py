"""Publishable sizes of segments and moves between them: of one run, beside the previous run's.

See ADR 9.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from desirelines.columns.small_groups import hidden_cells, hidden_parts, is_small
from desirelines.history.membership_changes import GONE, NEW
from desirelines.tables import SMALL_GROUP

_ANY = 10**9
"""People who were in neither run: an unknown number."""


@dataclass(frozen=True, slots=True)
class Counted:
    """People of a segment after the run, and how many entered and left since the previous run.

    `left_out` counts those who do not agree to the segment's purpose; null where it names none.
    """

    people: int
    entered: int
    left: int
    left_out: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """People by main segment then and now.

    `by_model` counts those whom the previous model would have left in their old segment.
    """

    from_segment: str
    to_segment: str
    people: int
    by_model: int


def publishable_sizes_and_moves(
    counted: Mapping[str, Counted],
    moves: Sequence[Move],
    before: Mapping[str, int | None],
    *,
    main: Collection[str],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of segment_sizes and segment_moves, without run_id and base_run_id.

    `counted` has every segment of the run; the `main` ones divide everybody. `before` holds the
    sizes that the base run published, null where it withheld one. `moves` must have every cell,
    also small ones.

    The published numbers of both runs add up: people before, less those who left, plus those who
    entered, are people now. People who stayed are a cell of the moves, whose rows add up to the
    sizes before and whose columns add up to the sizes now. So entered and left are published for a
    segment only together with both sizes and the people who stayed, and the table of moves
    withholds the cells that `hidden_cells` returns, those who stayed before those who moved.
    """
    everybody = sum(counted[s].people for s in main)
    withheld_sizes = set(hidden_parts({s: counted[s].people for s in main}))
    withheld_sizes |= {
        s
        for s, c in counted.items()
        if s not in main and (is_small(c.people) or is_small(everybody - c.people))
    }
    of_move = {(m.from_segment, m.to_segment): m for m in moves}
    hidden_moves = _hidden_moves(of_move, before, withheld_sizes)

    def is_change_published(segment: str) -> bool:
        counts = counted[segment]
        if segment in withheld_sizes or (segment in before and before[segment] is None):
            return False
        if segment in main:
            return (segment, segment) not in hidden_moves
        return not any(map(is_small, (counts.entered, counts.left, counts.people - counts.entered)))

    sizes = [
        {
            "segment_id": s,
            "people_count": None if s in withheld_sizes else c.people,
            "share": None if s in withheld_sizes else c.people / max(everybody, 1),
            "entered_count": c.entered if is_change_published(s) else None,
            "left_count": c.left if is_change_published(s) else None,
            "left_out_count": None if s in withheld_sizes else _left_out(c, everybody),
        }
        for s, c in sorted(counted.items())
    ]
    shown = [
        m
        for key, m in sorted(of_move.items())
        if key not in hidden_moves and m.people >= SMALL_GROUP
    ]
    return sizes, [_move_row(m) for m in shown]


def _left_out(counts: Counted, everybody: int) -> int | None:
    """People who do not agree; null where these, or all others, are one to nine."""
    if counts.left_out is None:
        return None
    others = everybody - counts.people - counts.left_out
    return None if is_small(counts.left_out) or is_small(others) else counts.left_out


def _hidden_moves(
    of_move: Mapping[tuple[str, str], Move],
    before: Mapping[str, int | None],
    withheld_sizes: Collection[str],
) -> set[tuple[str, str]]:
    """The moves to withhold, each as (from_segment, to_segment)."""
    rows = [*sorted({old for old, _ in of_move} - {NEW}), NEW]
    columns = [*sorted({new for _, new in of_move} - {GONE}), GONE]
    people = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for r, old in enumerate(rows):
        for c, new in enumerate(columns):
            people[r, c] = of_move[old, new].people if (old, new) in of_move else 0
    people[-1, -1] = _ANY
    withheld = hidden_cells(
        people,
        hidden=people == _ANY,
        open_rows=np.array([r in before and before[r] is None for r in rows]),
        open_columns=np.array([c in withheld_sizes for c in columns]),
        # Moves tell more than who stayed: those follow nearly from the sizes.
        cost=np.where(np.equal.outer(rows, columns), 1, people),
    )
    gone = np.ones(people.shape, dtype=bool) if withheld is None else withheld
    return {(rows[r], columns[c]) for r, c in np.argwhere(gone)}


def _move_row(move: Move) -> dict[str, Any]:
    by_behaviour = move.people - move.by_model
    is_split = (
        move.from_segment != move.to_segment
        and not is_small(by_behaviour)
        and not is_small(move.by_model)
    )
    return {
        "from_segment_id": move.from_segment,
        "to_segment_id": move.to_segment,
        "people_count": move.people,
        "behaviour_count": by_behaviour if is_split else None,
        "model_count": move.by_model if is_split else None,
    }
