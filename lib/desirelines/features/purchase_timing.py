"""What people look at before they order, and what they leave in the cart.

Pure numpy; times are microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirelines.features.window import DAY_US
from desirelines.kernels.groups import Flags, Ints, Reals, places, sort_order, sum_by_key

LOOK_AHEAD_US = (DAY_US, 2 * DAY_US)
"""A last-minute buyer looks at a product at most this long before the order."""
BROWSING_US = 30 * DAY_US
"""A look belongs to an order if it is at most this long before it, and after the previous order."""
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of time: looks at products, or the orders of a session.

    Attributes:
        owner: person of each span.
        first_us: when it began.
        last_us: when it ended, not before it began.
    """

    owner: Ints
    first_us: Ints
    last_us: Ints

    def by(self, time_us: Ints) -> Spans:
        """Sort by person, then by the given time."""
        order = sort_order((self.owner, time_us))
        return Spans(self.owner[order], self.first_us[order], self.last_us[order])


def buying_features(
    looks: Spans, orders: Spans, is_inside: Flags, people: int
) -> tuple[Reals, Reals]:
    """look_ahead_share and hours_to_order of each person; nan without an order in the window.

    The orders of a session count as one moment.

    look_ahead_share: orders whose person looked at a product 24 to 48 hours before / orders.

    hours_to_order: median over orders of the hours from the first look that belongs to the order. A
    look belongs to the first order after it, within thirty days. Of an even number of orders the
    lower of the middle two is taken. It is nan where no order has a look.

    Args:
        looks: sessions with a look at a product.
        orders: from the first to the last order of sessions that have one.
        is_inside: whether an order is in the window; earlier ones only bound what belongs to the
            next.
        people: number of people.
    """
    moments = sum_by_key(
        (orders.owner[is_inside], orders.first_us[is_inside]),
        (np.ones(is_inside.sum(), dtype=np.int64),),
    )
    (who, at_us), times = moments.keys, moments.sums[0]
    looks = looks.by(looks.first_us)
    is_ahead = _looked_ahead(looks, who, at_us)
    lag_us = _lag_us(looks, who, at_us, _order_before_us(orders, who, at_us))
    with np.errstate(invalid="ignore"):
        share = np.bincount(who, weights=times * is_ahead, minlength=people) / np.bincount(
            who, weights=times, minlength=people
        )
    has_look = lag_us >= 0
    hours = np.full(people, np.nan)
    owner = np.repeat(who[has_look], times[has_look])
    lag_us = np.repeat(lag_us[has_look], times[has_look])
    order = sort_order((owner, lag_us))
    size = np.bincount(owner, minlength=people)
    middle = (np.cumsum(size) - size + (size - 1) // 2)[size > 0]
    hours[size > 0] = lag_us[order][middle] / HOUR_US
    return share, hours


def open_carts(
    owner: Ints, cart_us: Ints, orders: Spans, people: int, *, end_us: int, hours: int, days: int
) -> tuple[Ints, Ints]:
    """People whose cart is open, and when they last put something in it.

    A cart is open when no order came within `hours` after, these hours are over by the end, and it
    was filled at most `days` before the end. An order at the same moment comes after it: it is more
    likely of this cart than of the one before.
    """
    last_us = np.full(people, np.iinfo(np.int64).min)
    np.maximum.at(last_us, owner, cart_us)
    who = np.flatnonzero(np.bincount(owner, minlength=people))
    at_us = last_us[who]
    ordered = np.tile(orders.owner, 2)
    ordered_us = np.concatenate((orders.first_us, orders.last_us))
    order = sort_order((ordered, ordered_us))
    ordered, ordered_us = ordered[order], ordered_us[order]
    following = places((who, at_us), (ordered, ordered_us), after_same=False)
    until_us = at_us + hours * HOUR_US
    is_answered = _is_of(who, ordered, following)
    is_answered[is_answered] = ordered_us[following[is_answered]] <= until_us[is_answered]
    is_open = ~is_answered & (until_us <= end_us) & (at_us >= end_us - days * DAY_US)
    return who[is_open], at_us[is_open]


def _looked_ahead(looks: Spans, who: Ints, at_us: Ints) -> Flags:
    """Whether the person looked at a product 24 to 48 hours before the order.

    Of the looks that began up to 24 hours before it, the one that ended last decides.
    """
    moments, rank = np.unique(looks.last_us, return_inverse=True)
    latest = np.maximum.accumulate(looks.owner * len(moments) + rank) - looks.owner * len(moments)
    place = (
        places((who, at_us - LOOK_AHEAD_US[0]), (looks.owner, looks.first_us), after_same=True) - 1
    )
    is_ahead = _is_of(who, looks.owner, place)
    is_ahead[is_ahead] = moments[latest[place[is_ahead]]] >= (at_us - LOOK_AHEAD_US[1])[is_ahead]
    return is_ahead


def _order_before_us(orders: Spans, who: Ints, at_us: Ints) -> Ints:
    """End of the person's last orders before each moment.

    Without earlier orders it is BROWSING_US before the moment, which changes nothing.
    """
    ended = orders.by(orders.last_us)
    place = places((who, at_us), (ended.owner, ended.last_us), after_same=False) - 1
    is_there = _is_of(who, ended.owner, place)
    before_us = at_us - BROWSING_US
    before_us[is_there] = ended.last_us[place[is_there]]
    return before_us


def _lag_us(looks: Spans, who: Ints, at_us: Ints, before_us: Ints) -> Ints:
    """Time from the first look that belongs to the order to the order; -1 where there is none."""
    after_us = np.maximum(at_us - BROWSING_US, before_us)
    place = places((who, after_us), (looks.owner, looks.first_us), after_same=True)
    is_there = _is_of(who, looks.owner, place)
    lag_us = np.full(len(who), -1, dtype=np.int64)
    lag_us[is_there] = (at_us[is_there] - looks.first_us[place[is_there]]).clip(-1)
    return lag_us


def _is_of(who: Ints, owner: Ints, place: Ints) -> Flags:
    """Whether there is a row at each place, and it is of that person."""
    is_there = (place >= 0) & (place < len(owner))
    is_there[is_there] = owner[place[is_there]] == who[is_there]
    return is_there
