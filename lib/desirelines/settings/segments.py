"""Settings of segments: their rules, and words for the names of clusters."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, PositiveInt
from pydantic_core import PydanticCustomError

from desirelines.catalogue.kinds import TOO_LITTLE_DATA
from desirelines.settings.features import OCCASION_PARTS, Features
from desirelines.settings.rule_meaning import Vocabulary
from desirelines.settings.segment_rules import (
    OF_SETTINGS,
    Rule,
    RuleEntry,
    read_rules,
    shipped_entries,
    vocabulary_of,
)
from desirelines.settings.strict import Name, Strict
from desirelines.settings.yaml_lines import dotted


class Words(Strict):
    """The words that name a segment by a feature well above, or well below, the rest."""

    high: Name
    low: Name


DEFAULT_RULES = ("new_buyer", "lapsed", "cart_abandoner")
OF_RULES = "rules"
"""The type of pydantic's error for mistakes in rules."""


class Segments(Strict):
    """Rule segments, numbers that they use, and words for cluster names of one's own."""

    new_buyer_days: PositiveInt = 30
    lapsed_months: PositiveInt = 6
    cart_abandoner_hours: PositiveInt = 24
    cart_abandoner_days: PositiveInt = 30
    fresh_hours: Annotated[int, Field(gt=0, le=87_600)] | None = 48
    rules: tuple[RuleEntry, ...] = Field(
        default_factory=lambda: tuple(
            RuleEntry.model_validate(entry) for entry in shipped_entries(*DEFAULT_RULES)
        )
    )
    words: dict[str, Words] = Field(default_factory=dict)


class Evidence(Strict):
    """How long the evidence for memberships is kept."""

    keep_runs: PositiveInt = 3


def own_features(features: Features) -> tuple[str, ...]:
    """Names of the features that the settings define: custom ones, and those of occasions."""
    return (
        *(o.name for o in features.own),
        *(f"{o.name}_{part}" for o in features.occasions for part in OCCASION_PARTS),
    )


def check_rules(segments: Segments, vocabulary: Vocabulary) -> None:
    """Make sure that every rule can be read.

    Raises:
        PydanticCustomError: of the type OF_RULES, with all mistakes in its context.
    """
    mistakes = read_rules(segments.rules, vocabulary)[1]
    if mistakes:
        text = "; ".join(f"segments.rules.{dotted(m.at)}: {m.text}" for m in mistakes)
        raise PydanticCustomError(OF_RULES, text, {"mistakes": mistakes})


def apart_rule(segments: Segments, least_active_days: int) -> Rule:
    """The rule of people with too little data, whose main segment it is."""
    entries = tuple(map(RuleEntry.model_validate, shipped_entries(TOO_LITTLE_DATA)))
    vocabulary = vocabulary_of(entries, (), numbers_of_rules(segments, least_active_days), {})
    return replace(read_rules(entries, vocabulary)[0][0], is_primary=True)


def numbers_of_rules(segments: Segments, least_active_days: int) -> dict[str, int]:
    """Numbers that rules may use in braces."""
    numbers = {name: getattr(segments, name) for name in OF_SETTINGS}
    return numbers | {"least_active_days": least_active_days}
