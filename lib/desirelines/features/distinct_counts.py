"""Distinct counts: categories and features of the site, weeks. Pure numpy."""

from __future__ import annotations

import numpy as np

from desirelines.kernels.groups import Flags, Ints, Reals, sum_by_key


def categories_seen(owner: Ints, day: Ints, category: Ints, people: int) -> tuple[Ints, Reals]:
    """Distinct categories of each person, and the share of the one seen on most days.

    A category counts once a day; the share is its days / the days of all categories. It is nan for
    people who saw none. A row is one category in one session.
    """
    who, what, _ = sum_by_key((owner, category, day), ()).keys  # once a day
    days = sum_by_key((who, what), (np.ones(len(who), dtype=np.int64),))
    who, n = days.keys[0], days.sums[0]
    most = np.zeros(people, dtype=np.int64)
    np.maximum.at(most, who, n)
    with np.errstate(invalid="ignore"):
        return _per_person(who, people), most / np.bincount(who, weights=n, minlength=people)


def features_used(owner: Ints, name: Ints, people: int) -> Ints:
    """Distinct features of the site that each person used. A row is one use."""
    return _per_person(sum_by_key((owner, name), ()).keys[0], people)


def weeks(owner: Ints, week: Ints, is_inside: Flags, people: int) -> tuple[Ints, Ints]:
    """Distinct weeks of each person's active sessions, and of those inside the window.

    A row is an active session.
    """
    by_week = sum_by_key((owner, week), (is_inside,))
    who = by_week.keys[0]
    return _per_person(who, people), _per_person(who[by_week.sums[0] > 0], people)


def _per_person(who: Ints, people: int) -> Ints:
    """Rows of each person."""
    return np.bincount(who, minlength=people).astype(np.int64)
