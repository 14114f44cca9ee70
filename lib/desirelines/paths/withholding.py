"""Tables of segments by places or weeks with sums known both ways: which rows may be published.

See ADR 9.
"""

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
    last: str | None = None,
) -> Flags:
    """Which rows of one table are withheld. Runs on executors.

    A row counts what a segment, or everybody, did (the value in `column`). `overlapping` are
    segments that do not divide everybody; `is_exact` as in `small_groups.hidden_cells`. With
    `everybody_first`, nothing about the segments is published if that would cost a number of
    everybody that can be published on its own. The value `last` is withheld for the sake of another
    one only where nothing else will do.
    """
    segment, what = (rows.column(c).to_pylist() for c in ("segment_id", column))
    place = {value: n for n, value in enumerate(sorted(set(what)))}
    names = sorted(set(segment) - {ALL})
    counts = {name: np.zeros(len(place), dtype=np.int64) for name in (ALL, *names)}
    for name, value, count in zip(segment, what, rows.column(people).to_pylist(), strict=True):
        counts[name][place[value]] = count
    parts = [name for name in names if name not in overlapping]
    # People in no segment of these rows: their row is not published, but follows by subtraction.
    rest = np.maximum(
        counts[ALL] - sum((counts[p] for p in parts), np.zeros(len(place), dtype=np.int64)), 0
    )
    table = np.array([counts[ALL], *(counts[p] for p in parts), rest])
    is_rest = np.zeros(table.shape, dtype=bool)
    is_rest[-1] = True
    price = table.copy()
    if last in place:
        price[:, place[last]] *= 1 + int(table.sum())
    gone = hidden_cells(table, whole=0, hidden=is_rest, cost=price, is_exact=is_exact)
    if everybody_first and gone is not None and (gone[0] & ~_folded(counts[ALL])).any():
        gone = None
    all_parts_withheld = gone is None
    if gone is None:
        gone = np.ones(table.shape, dtype=bool)
        gone[0] = _folded(counts[ALL])
    hides = {ALL: gone[0]} | {name: gone[n] for n, name in enumerate(parts, start=1)}
    for name in names:
        if name in overlapping:
            hidden = None
            if not all_parts_withheld:
                hidden = hidden_of_rule(counts[name], counts[ALL], gone[0], is_exact=is_exact)
            hides[name] = np.ones(len(place), dtype=bool) if hidden is None else hidden
    return np.array([hides[s][place[w]] for s, w in zip(segment, what, strict=True)], dtype=bool)


def _folded(people: np.ndarray) -> Flags:
    """Small cells and, where these have fewer than ten people together, the smallest other cell.

    The same rule as for sizes (`hidden_parts`).
    """
    gone: Flags = (people > 0) & (people < SMALL_GROUP)
    if is_small(int(people[gone].sum())) and (people >= SMALL_GROUP).any():
        gone[int(np.argmin(np.where(people >= SMALL_GROUP, people, np.iinfo(np.int64).max)))] = True
    return gone
