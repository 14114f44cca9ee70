"""Habits as data: what the people of each persona do to the full in the world's last weeks.

A world without habits is made for clusters: people come once in weeks, and no rule about regular
visits holds for anybody. With habits, everybody lives what their persona is known for, and rules
find them. A few slack off and live as `ORDINARY` says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.synthetic.scope import Scope

SLACK_SHARE = 0.03
"""Share of each persona that does not live the habit."""
SLACK_ROOT = 53
"""A prime of its own, see `people.ROOTS`."""
RITUALS = 4
"""Rituals of a habit; a visit has one of them."""


@dataclass(frozen=True)
class Habit:
    """What a persona's people do; each person draws their own around it.

    Shares are 0 … 1. What stays at its default is nothing that the persona is known for.
    """

    persona: str
    shortest: float
    """People have lived the habit for a share of the habit weeks between this and `longest`."""
    longest: float
    weekdays: float
    """Share of working days with a visit."""
    weekends: float
    """Share of Saturdays and Sundays with a visit."""
    rituals: tuple[str, str, str, str]
    """Letters (see `paths`) that end the walk of a day's first visit; one of the four by chance."""
    orders_a_year: float
    """In addition to the certain one; all year."""
    ordered_ago: tuple[int, int]
    """The certain order is so many days before the end, at least and at most."""
    price_tier: float
    """All year, as in `Persona`."""
    avoids: str = ""
    """Letters that are page views instead in a day's first visit."""
    cart_every: int = 0
    """Days in which one cart is filled and left; 0: none is planned."""
    carts_kept: float = 0.04
    """Share of the persona's usual carts, filled and left, that there are in the habit weeks."""
    refers: float = 0.15
    """Share of people who ever recommend us; all year."""
    discount_habit: float = 0.12
    """Share of orders with a discount; all year."""
    looks_ahead: float = 0.05
    """Share of orders whose products were looked at 24 to 48 hours before; all year."""


HABITS: tuple[Habit, ...] = (
    Habit(
        persona="weekend_binge_watcher",
        shortest=0.4,
        longest=0.6,
        weekdays=0.05,
        weekends=0.985,
        rituals=("CCC", "CCCC", "CCCF", "FCCC"),
        avoids="V",
        orders_a_year=0.8,
        ordered_ago=(5, 184),
        price_tier=13.0,
    ),
    Habit(
        persona="last_minute_buyer",
        shortest=0.4,
        longest=1.0,
        weekdays=0.01,
        weekends=0.02,
        rituals=("V", "SV", "H", "VH"),
        orders_a_year=6.0,
        ordered_ago=(5, 160),
        price_tier=14.0,
        looks_ahead=0.94,
    ),
    Habit(
        persona="loyal_advocate",
        shortest=0.95,
        longest=1.0,
        weekdays=0.4,
        weekends=0.45,
        rituals=("I", "CF", "CC", "FH"),
        avoids="V",
        refers=1.0,
        orders_a_year=3.8,
        ordered_ago=(2, 170),
        price_tier=12.0,
        looks_ahead=0.08,
    ),
    Habit(
        persona="high_value_shopper",
        shortest=0.4,
        longest=1.0,
        weekdays=0.03,
        weekends=0.05,
        rituals=("H", "VH", "CV", "HF"),
        orders_a_year=9.0,
        ordered_ago=(2, 150),
        price_tier=33.0,
        looks_ahead=0.08,
    ),
    Habit(
        persona="cart_abandoner",
        shortest=0.45,
        longest=1.0,
        weekdays=0.015,
        weekends=0.015,
        rituals=("H", "SV", "VH", "F"),
        cart_every=14,
        carts_kept=0.1,
        orders_a_year=0.2,
        ordered_ago=(14, 184),
        price_tier=23.0,
    ),
    Habit(
        persona="tire_kicker",
        shortest=0.38,
        longest=0.6,
        weekdays=0.36,
        weekends=0.36,
        rituals=("VV", "SVV", "VSV", "VFV"),
        orders_a_year=0.15,
        ordered_ago=(30, 184),
        price_tier=24.0,
    ),
    Habit(
        persona="power_user",
        shortest=0.36,
        longest=0.6,
        weekdays=0.96,
        weekends=0.78,
        rituals=("FFF", "FFHF", "FSF", "FCFF"),
        avoids="V",
        carts_kept=0.03,
        orders_a_year=3.0,
        ordered_ago=(2, 170),
        price_tier=13.0,
    ),
    Habit(
        persona="needs_training",
        shortest=0.36,
        longest=0.6,
        weekdays=0.36,
        weekends=0.2,
        rituals=("QQ", "QHQ", "FQQ", "HQ"),
        avoids="VS",
        orders_a_year=0.2,
        ordered_ago=(5, 184),
        price_tier=22.0,
    ),
    Habit(
        persona="deal_hunter",
        shortest=0.4,
        longest=1.0,
        weekdays=0.03,
        weekends=0.05,
        rituals=("S", "SV", "VV", "H"),
        orders_a_year=7.0,
        ordered_ago=(2, 150),
        price_tier=11.0,
        discount_habit=0.985,
        looks_ahead=0.08,
    ),
    Habit(
        persona="lapsed",
        shortest=0.0,
        longest=0.0,
        weekdays=0.0,
        weekends=0.0,
        rituals=("H", "H", "H", "H"),
        carts_kept=0.0,
        orders_a_year=5.0,
        ordered_ago=(1, 1),
        price_tier=13.0,
        looks_ahead=0.08,
    ),
)
"""In the order of `PERSONAS`."""

ORDINARY = Habit(
    persona="",
    shortest=0.3,
    longest=1.0,
    weekdays=0.03,
    weekends=0.05,
    rituals=("H", "SV", "CC", "F"),
    carts_kept=0.3,
    orders_a_year=1.5,
    ordered_ago=(2, 200),
    price_tier=17.0,
    discount_habit=0.3,
    looks_ahead=0.1,
)
"""How those live who slack off: like many customers, and like no persona."""


def of_habit(name: str, habit_no: Column) -> Column:
    """One field of the habit at a place of `HABITS`; `ORDINARY` comes after the last."""
    return values_of([getattr(habit, name) for habit in (*HABITS, ORDINARY)], habit_no)


def habit_no(scope: Scope) -> Column:
    """The place in `HABITS` of a person's habit (int); one more for those who slack off."""
    spread = scope.chance.even("slacks off", F.col("person_no"), SLACK_ROOT)
    slacks = spread < (SLACK_SHARE - 0.5) * math.sqrt(12)
    return F.when(slacks, len(HABITS)).otherwise(F.col("persona_no"))


def values_of(values: Sequence[str | float], place: Column) -> Column:
    """The value at a place (int, from 0) of a list."""
    return F.element_at(F.array(*map(F.lit, values)), place + 1)
