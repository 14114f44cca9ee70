"""Settings of RFM: the cut points of the scores, and the segment of each of the 125 cells."""

from __future__ import annotations

from itertools import product
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from desirelines.settings.strict import Name, Strict

Quantile = Annotated[float, Field(gt=0, lt=1)]
Score = Annotated[int, Field(ge=1, le=5)]
Scores = Annotated[tuple[Score, Score], Field(description="from, to")]
Cell = tuple[int, int, int]
PROSPECTS, PAST_BUYERS = "prospects", "past_buyers"
"""People who never ordered, and people whose orders are all before the window."""


class RfmSegment(Strict):
    """The cells of one segment: from and to of each score, both included."""

    name: Name
    recency: Scores = (1, 5)
    frequency: Scores = (1, 5)
    monetary: Scores = (1, 5)

    def holds(self, cell: Cell) -> bool:
        """Whether a cell belongs to the segment."""
        ranges = (self.recency, self.frequency, self.monetary)
        return all(low <= score <= high for (low, high), score in zip(ranges, cell, strict=True))


SHIPPED = (
    RfmSegment(name="champions", recency=(4, 5), frequency=(4, 5), monetary=(4, 5)),
    RfmSegment(name="loyal", recency=(3, 5), frequency=(4, 5)),
    RfmSegment(name="active", recency=(4, 5), frequency=(2, 3)),
    RfmSegment(name="promising", recency=(4, 5), frequency=(1, 1), monetary=(3, 5)),
    RfmSegment(name="new", recency=(4, 5), frequency=(1, 1)),
    RfmSegment(name="needs_attention", recency=(3, 3), frequency=(1, 3)),
    RfmSegment(name="previously_loyal", recency=(1, 2), frequency=(4, 5)),
    RfmSegment(name="at_risk", recency=(2, 2), frequency=(2, 3)),
    RfmSegment(name="almost_lost", recency=(2, 2), frequency=(1, 1)),
    RfmSegment(name="dormant", recency=(1, 1), frequency=(1, 3)),
)
"""The default segments. The first one that contains a cell gets it. Names as in Shopify."""


class Rfm(Strict):
    """How recency, frequency and money become scores and segments."""

    quantiles: tuple[Quantile, Quantile, Quantile, Quantile] = (0.2, 0.4, 0.6, 0.8)
    edge_shift: float = 0
    closed: Literal["right", "left"] = "right"
    fixed_frequency_cuts: tuple[PositiveInt, PositiveInt, PositiveInt, PositiveInt] = (1, 2, 4, 9)
    segments: tuple[RfmSegment, ...] = SHIPPED
    fallback: Name | None = None

    @model_validator(mode="after")
    def _all_cells(self) -> Rfm:
        names = (self.fallback, *(s.name for s in self.segments))
        ours = next((name for name in (PROSPECTS, PAST_BUYERS) if name in names), None)
        if ours is not None:
            raise ValueError(
                f"segments: {ours} are people without an order in the window. Give another name"
            )
        missing = [cell for cell, name in cells(self).items() if not name]
        if missing:
            examples = ", ".join("-".join(map(str, cell)) for cell in missing[:5])
            raise ValueError(
                f"segments: {len(missing)} of 125 cells are in none ({examples} …). "
                "Add a segment, or name a fallback"
            )
        for name in ("quantiles", "fixed_frequency_cuts"):
            if list(getattr(self, name)) != sorted(set(getattr(self, name))):
                raise ValueError(f"{name} must rise")
        return self


def cells(settings: Rfm) -> dict[Cell, str]:
    """The segment of every cell (recency, frequency, money); if none fits, the fallback or ""."""
    every = product(range(1, 6), range(1, 6), range(1, 6))
    return {
        c: next((s.name for s in settings.segments if s.holds(c)), settings.fallback or "")
        for c in every
    }
