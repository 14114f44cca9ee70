"""Settings of features: the window and custom features."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, model_validator

from desirelines.catalogue import FEATURES, Family
from desirelines.settings.strict import Name, Strict, Word
from desirelines.settings.validators import column_expression, known_day, known_kind

Day = Annotated[date, BeforeValidator(known_day), Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
Kind = Annotated[str, AfterValidator(known_kind)]
Expression = Annotated[str, AfterValidator(column_expression)]

PERSON = "person_id"
OCCASION_PARTS = ("share", "lift", "times")
"""Suffixes of the features of an occasion, which follow its name."""


class CustomFeature(Strict):
    """One number about a person, as an aggregate over their sessions or events."""

    name: Word
    meaning: str
    unit: str
    over: Literal["sessions", "events"] = "sessions"
    aggregate: Literal["count", "sum", "mean", "min", "max", "distinct"]
    of: Expression | None = None
    where: Expression | None = None
    window_days: PositiveInt | None = None
    family: Family = "own"
    null_means: str = "nothing to aggregate"
    high: Name | None = None
    low: Name | None = None
    scale: Literal["log", "plain"] = "plain"
    is_clustered: bool = True

    of_lines: ClassVar[frozenset[str]] = frozenset(["of", "where"])

    @model_validator(mode="after")
    def _has_a_value(self) -> CustomFeature:
        if self.of is None and self.aggregate != "count":
            raise ValueError(
                f"{self.name}: {self.aggregate} of what? Give `of`, a column or an expression"
            )
        if self.name in {f.name for f in FEATURES}:
            raise ValueError(
                f"{self.name} is already a feature of the catalogue. Give another name"
            )
        if self.name == PERSON:
            raise ValueError(f"{PERSON} is the column of the person. Give another name")
        return self


class Occasion(Strict):
    """Days that people may buy for: around a public holiday, given dates or a date of each person.

    `property` names a property of events (kept by its mapping) that has a date of the person, such
    as a birthday: 2001-05-17, or --05-17 without the year. The newest value counts.
    """

    name: Word
    country: str | None = None
    region: str | None = None
    holiday: str | None = None
    dates: Annotated[tuple[Day, ...], Field(max_length=60)] = ()
    property: Annotated[str, Field(min_length=1)] | None = None
    lead_days: Annotated[int, Field(ge=0, le=300)] = 7
    days: Annotated[int, Field(ge=1, le=60)] = 1

    @model_validator(mode="after")
    def _has_days(self) -> Occasion:
        is_holiday = self.country is not None and self.holiday is not None
        if sum((is_holiday, bool(self.dates), self.property is not None)) != 1:
            raise ValueError(
                f"{self.name}: give either `country` and `holiday`, or `dates`, or `property`"
            )
        taken = sorted(
            {f"{self.name}_{part}" for part in OCCASION_PARTS} & {f.name for f in FEATURES}
        )
        if taken:
            raise ValueError(
                f"{self.name}: {taken[0]} is already a feature of the catalogue. Give another name"
            )
        return self


class Journey(Strict):
    """How long a stage of the journey lasts, and how many orders make a person loyal."""

    aware_days: PositiveInt = 90
    consider_days: PositiveInt = 30
    intent_days: PositiveInt = 30
    loyal_orders: Annotated[int, Field(ge=3)] = 5
    at_risk_days: PositiveInt = 90


class Features(Strict):
    """The features of a person."""

    window_days: PositiveInt = 365
    key_kinds: tuple[Kind, ...] = ()
    goal_kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = ("purchase",)
    path_words: Annotated[int, Field(ge=0, le=10_000)] = 0
    own: tuple[CustomFeature, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    journey: Journey = Journey()

    @model_validator(mode="after")
    def _names_differ(self) -> Features:
        names = [
            *(feature.name for feature in self.own),
            *(f"{o.name}_{part}" for o in self.occasions for part in OCCASION_PARTS),
        ]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"own, occasions: {', '.join(twice)} is given twice")
        return self
