"""Whether people differ more than they would if events were given to them by chance.

Of people with few events every column has few values, and several columns say the same of one
event. Such columns make groups by themselves, whichever event whose is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from desirelines.clusters.preprocessing import Numbers, shares_within

SETS = 8
"""Sets of people who are given their events by chance."""
TIMES, LEAST = 2.0, 0.03
"""What columns tell is no chance if it is more than TIMES what chance tells, and than LEAST."""
GIVEN = (
    "event_name",
    "kind",
    "page",
    "item_id",
    "category",
    "order_id",
    "quantity",
    "amount",
    "discount",
    "score",
    "campaign",
    "channel",
)
"""What an event is, without who did it and when."""


def given_by_chance(events: pa.Table, random: np.random.Generator) -> pa.Table:
    """The events with what they are permuted over all of them: who did something, and when, stays.

    `events` have the columns GIVEN.
    """
    order = pa.array(random.permutation(len(events)))
    given = events
    for name in GIVEN:
        given = given.set_column(given.column_names.index(name), name, events[name].take(order))
    return given


def is_chance(
    points: Numbers, by_chance: Sequence[Numbers], judging: npt.NDArray[np.bool_]
) -> bool:
    """Whether columns tell the people apart no better than they do where events came by chance.

    A column tells people apart by as much as the share of its variance that lies within small
    groups (see `shares_within`) is below its least share in the sets `by_chance`; the sum over
    columns is compared with that of each set against the others. It is chance unless it is more
    than TIMES the highest of them. Made people of three ways had 8 times the highest and more,
    and with their events dealt out up to 1.8 times.

    Args:
        points: the scaled features, without weights that follow from the people.
        by_chance: the same of people who were given the events by chance.
        judging: columns that shape the small groups.
    """
    shares = np.stack([shares_within(p, p[:, judging]) for p in (points, *by_chance)])

    def told(number: int) -> float:
        others = [n for n in range(1, len(shares)) if n != number]
        return float(np.maximum(shares[others].min(axis=0) - shares[number], 0).sum())

    return told(0) <= max(LEAST, TIMES * max(told(number) for number in range(1, len(shares))))
