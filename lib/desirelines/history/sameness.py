"""Whether rows that were computed again are those that are held: how many, and how they differ."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

TOLERANCE = 1e-6
"""Largest relative difference of two numbers that are nearly the same."""


def to_sameness(
    held: DataFrame,
    again: DataFrame,
    *,
    key: Sequence[str],
    values: Sequence[str],
    nearly: Collection[str] = (),
) -> DataFrame:
    """One row: rows (held), equal, different, missing (only held), extra (only computed again).

    Rows of one key are compared in every value; null is equal to null alone. Numbers of the columns
    `nearly` may differ in their last digits, as sums over people do by the order of their addition.
    One full join.
    """
    key, values = list(key), list(values)
    old = held.select(*key, *(F.col(v).alias(f"_held_{v}") for v in values), _there("_is_held"))
    new = again.select(*key, *(F.col(v).alias(f"_again_{v}") for v in values), _there("_is_again"))
    both = old.join(new, key, "full")
    is_held, is_again = (F.coalesce(c, F.lit(False)) for c in ("_is_held", "_is_again"))
    pairs = ((F.col(f"_held_{v}"), F.col(f"_again_{v}"), v in nearly) for v in values)
    same = reduce(and_, (_is_same(a, b, is_near) for a, b, is_near in pairs), F.lit(True))
    return both.agg(
        F.count_if(is_held).alias("rows"),
        F.count_if(is_held & is_again & same).alias("equal"),
        F.count_if(is_held & is_again & ~same).alias("different"),
        F.count_if(is_held & ~is_again).alias("missing"),
        F.count_if(~is_held & is_again).alias("extra"),
    )


def _there(name: str) -> Column:
    return F.lit(True).alias(name)


def _is_same(one: Column, other: Column, is_near: bool) -> Column:
    same = one.eqNullSafe(other)
    if not is_near:
        return same
    least = TOLERANCE * F.greatest(F.abs(one), F.abs(other))
    return same | F.coalesce(F.abs(one - other) <= least, F.lit(False))
