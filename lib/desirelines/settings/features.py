"""Settings of features: the window, and features of one's own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, model_validator

from desirelines.catalogue import FEATURES, Family
from desirelines.settings.checks import known_kind
from desirelines.settings.mapping import Strict

Kind = Annotated[str, AfterValidator(known_kind)]


class OwnFeature(Strict):
    """One number about a person, as an aggregate over their sessions or events."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    meaning: str
    unit: str
    over: Literal["sessions", "events"] = "sessions"
    aggregate: Literal["count", "sum", "mean", "min", "max", "distinct"]
    of: str | None = None
    where: str | None = None
    window_days: PositiveInt | None = None
    family: Family = "own"
    null_means: str = "nothing to aggregate"
    high: str | None = None
    low: str | None = None
    scale: Literal["log", "plain"] = "plain"
    is_clustered: bool = True

    @model_validator(mode="after")
    def _has_a_value(self) -> OwnFeature:
        if self.of is None and self.aggregate != "count":
            raise ValueError(f"{self.name}: {self.aggregate} of what? Give `of`, a column or a Spark expression")
        if self.name in {f.name for f in FEATURES}:
            raise ValueError(f"{self.name} is a feature of the catalogue already. Give another name")
        return self


class Features(Strict):
    """What is counted of a person."""

    window_days: PositiveInt = 365
    goal_kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = ("purchase",)
    path_words: NonNegativeInt = 0
    own: tuple[OwnFeature, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Features:
        names = [own.name for own in self.own]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"own: {', '.join(twice)} is there twice")
        return self
