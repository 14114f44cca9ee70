"""Tables of segments by places or weeks, whose sums are known both ways: which rows may be published. See ADR 9."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from desirelines.columns.small_groups import Flags, hidden_cells, hidden_of_rule, is_small
from desirelines.paths.person_batches import ALL
from desirelines.tables import SMALL_GROUP


def withheld(
    rows: pa.Table,
    column: str,
    *,
    people: str,
    overlapping: Collection[str],
    is_exact: bool,
    everybody_first: bool = False,
) -> Flags:
    """Which rows of one table are withheld: a row is what a segment, or everybody, did (in `column`). Runs on executors.

    `overlapping` are segments that do not divide everybody; `is_exact` as in `small_groups.hidden_cells`. With `everybody_first`
    nothing of the segments is published where it would cost a number of everybody that stands by itself.
    """
    segment, what = (rows.column(c).to_pylist() for c in ("segment_id", column))
    place = {value: n for n, value in enumerate(sorted(set(what)))}
    names = sorted(set(segment) - {ALL})
    of = {name: np.zeros(len(place), dtype=np.int64) for name in (ALL, *names)}
    for name, value, count in zip(segment, what, rows.column(people).to_pylist(), strict=True):
        of[name][place[value]] = count
    parts = [name for name in names if name not in overlapping]
    # Who is in no segment that is told here. Their row is not published, yet what everybody less the others leaves.
    rest = np.maximum(
        of[ALL] - sum((of[p] for p in parts), np.zeros(len(place), dtype=np.int64)), 0
    )
    table = np.array([of[ALL], *(of[p] for p in parts), rest])
    silent = np.zeros(table.shape, dtype=bool)
    silent[-1] = True
    gone = hidden_cells(table, whole=0, hidden=silent, is_exact=is_exact)
    if everybody_first and gone is not None and (gone[0] & ~_folded(of[ALL])).any():
        gone = None
    nothing_of_parts = gone is None
    if gone is None:
        gone = np.ones(table.shape, dtype=bool)
        gone[0] = _folded(of[ALL])
    hides = {ALL: gone[0]} | {name: gone[n] for n, name in enumerate(parts, start=1)}
    for name in names:
        if name in overlapping:
            of_rule = (
                None
                if nothing_of_parts
                else hidden_of_rule(of[name], of[ALL], gone[0], is_exact=is_exact)
            )
            hides[name] = np.ones(len(place), dtype=bool) if of_rule is None else of_rule
    return np.array([hides[s][place[w]] for s, w in zip(segment, what, strict=True)], dtype=bool)


def _folded(people: np.ndarray) -> Flags:
    """Small cells, and with them the smallest of the others where together they are not ten people: as of sizes (`hidden_parts`)."""
    gone: Flags = (people > 0) & (people < SMALL_GROUP)
    if is_small(int(people[gone].sum())) and (people >= SMALL_GROUP).any():
        gone[int(np.argmin(np.where(people >= SMALL_GROUP, people, np.iinfo(np.int64).max)))] = True
    return gone
