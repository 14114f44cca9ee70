"""Random draws that depend only on a seed and a row's own key.

So the number of cores and partitions cannot change the data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Chance:
    """Draws for one seed.

    Every draw is named: two draws with the same name and key are the same draw.
    """

    seed: int

    def bits(self, name: str, *key: Column) -> Column:
        """64 hashed bits (long).

        A key's columns must not be null. They must have the same type wherever the draw is
        repeated, because an int and a long hash differently.
        """
        return F.xxhash64(F.lit(self.seed), F.lit(name), *key)

    def uniform(self, name: str, *key: Column) -> Column:
        """A double in [0, 1)."""
        return F.shiftrightunsigned(self.bits(name, *key), 11).cast("double") * F.lit(2.0**-53)

    def happens(self, share: Column | float, name: str, *key: Column) -> Column:
        """True for this share of keys."""
        return self.uniform(name, *key) < share

    def whole(self, count: Column | int, name: str, *key: Column) -> Column:
        """An int in 0 .. count - 1."""
        return F.floor(self.uniform(name, *key) * count).cast("int")

    def normal(self, name: str, *key: Column) -> Column:
        """A standard normal double (Box and Muller), limited to 3 so that no person is extreme."""
        radius = F.sqrt(F.lit(-2.0) * F.log(F.lit(1.0) - self.uniform(name + " radius", *key)))
        drawn = radius * F.cos(F.lit(2.0 * math.pi) * self.uniform(name + " angle", *key))
        return F.greatest(F.lit(-3.0), F.least(F.lit(3.0), drawn))

    def even(self, name: str, number: Column, root: int) -> Column:
        """A uniform double with mean 0 and standard deviation 1, evenly spread over `number`.

        The numbers count from 0 up. The walk steps along the square root of a prime; another prime
        gives an independent draw. Evenness makes a few hundred people as varied as a million, so no
        data set is odd by bad luck.
        """
        walk = number * F.lit(math.sqrt(root)) + self.uniform(name)
        return (walk - F.floor(walk) - 0.5) * F.lit(math.sqrt(12))

    def token(self, name: str, *key: Column) -> Column:
        """Sixteen lower-case hex digits."""
        return F.lower(F.lpad(F.hex(self.bits(name, *key)), 16, "0"))

    def uuid(self, name: str, *key: Column) -> Column:
        """Thirty-two hex digits in the usual five groups."""
        digits = F.concat(self.token(name, *key), self.token(name + " again", *key))
        return F.regexp_replace(digits, "^(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")


def one_of(values: tuple[str, ...], index: Column) -> Column:
    """The value at a place of a literal list; the index (int) must be in 0 … len - 1."""
    return F.element_at(F.array(*[F.lit(value) for value in values]), index + 1)


def nudged_share(mean: Column, by: Column) -> Column:
    """A share shifted in log-odds, so that it stays between 0 and 1."""
    odds = mean / (F.lit(1.0) - mean) * F.exp(by)
    return odds / (F.lit(1.0) + odds)
