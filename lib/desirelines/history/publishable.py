"""Sizes of segments and moves between them as they may be published: of one run, beside those of the run before. See ADR 9."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from desirelines.columns.small_groups import hidden_cells, hidden_parts, is_small
from desirelines.history.membership_changes import GONE, NEW
from desirelines.tables import SMALL_GROUP

_ANY = 10**9
"""People who were seen in neither run, of whom nobody knows how many there are."""


@dataclass(frozen=True, slots=True)
class Counted:
    """People of a segment after the run, and of these and those before: who entered and who left."""

    people: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class Move:
    """People by main segment then and now; of these, whom the model before would have left where they were."""

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

    `counted` has every segment of the run; the `main` ones divide everybody. `before` are the sizes that the base run published,
    null where it withheld one. What is published of both runs adds up: people before, less those who left, and those who entered are people now;
    those who stayed are a cell of the moves, whose rows add up to the sizes before and whose columns to those now. So who
    entered and left is published of a segment only with both sizes and those who stayed, and the table of moves withholds
    what `hidden_cells` says. `moves` must have every cell, small ones too.
    """
    everybody = sum(counted[s].people for s in main)
    withheld_sizes = set(hidden_parts({s: counted[s].people for s in main}))
    withheld_sizes |= {
        s
        for s, c in counted.items()
        if s not in main and (is_small(c.people) or is_small(everybody - c.people))
    }
    of_move = {(m.from_segment, m.to_segment): m for m in moves}
    rows = [*sorted({m.from_segment for m in moves} - {NEW}), NEW]
    columns = [*sorted({m.to_segment for m in moves} - {GONE}), GONE]
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
        cost=people + np.equal.outer(rows, columns),
    )
    gone = np.ones(people.shape, dtype=bool) if withheld is None else withheld
    hidden_moves = {(rows[r], columns[c]) for r, c in np.argwhere(gone)}

    def is_change_published(segment: str) -> bool:
        own = counted[segment]
        if segment in withheld_sizes or (segment in before and before[segment] is None):
            return False
        if segment in main:
            return (segment, segment) not in hidden_moves
        return not any(map(is_small, (own.entered, own.left, own.people - own.entered)))

    sizes = [
        {
            "segment_id": s,
            "people_count": None if s in withheld_sizes else c.people,
            "share": None if s in withheld_sizes else c.people / max(everybody, 1),
            "entered_count": c.entered if is_change_published(s) else None,
            "left_count": c.left if is_change_published(s) else None,
        }
        for s, c in sorted(counted.items())
    ]
    shown = [
        m
        for key, m in sorted(of_move.items())
        if key not in hidden_moves and m.people >= SMALL_GROUP
    ]
    return sizes, [_move_row(m) for m in shown]


def _move_row(move: Move) -> dict[str, Any]:
    own = move.people - move.by_model
    is_split = (
        move.from_segment != move.to_segment and not is_small(own) and not is_small(move.by_model)
    )
    return {
        "from_segment_id": move.from_segment,
        "to_segment_id": move.to_segment,
        "people_count": move.people,
        "behaviour_count": own if is_split else None,
        "model_count": move.by_model if is_split else None,
    }
