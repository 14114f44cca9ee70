"""Settings of sessions: where they end, how their steps are named, and which are engaged."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt

from desirelines.settings.features import Kind
from desirelines.settings.strict import Strict
from desirelines.settings.validators import known_step


class StepRule(Strict):
    """A name for all steps that match a pattern: a Java regular expression, run by Spark."""

    pattern: Annotated[str, Field(min_length=1, max_length=1000)]
    name: Annotated[str, AfterValidator(known_step)]


class Sessions(Strict):
    """Where sessions end, how their steps are named, and which sessions are engaged."""

    gap_minutes: PositiveFloat = 30
    gap_is: Literal["more_than", "at_least"] = "more_than"
    max_hours: PositiveFloat | None = None
    max_events: PositiveInt | None = None
    on_user_change: bool = True
    on_campaign_change: bool = False
    on_midnight: bool = False
    step: Literal["event_name", "page"] = "event_name"
    step_rules: tuple[StepRule, ...] = ()
    ping_seconds: PositiveFloat = 10
    engaged_seconds: PositiveFloat = 10
    key_kinds: tuple[Kind, ...] = ("purchase", "order_placed", "signup")
    purchases_are_visits: bool = False
    most_events_of_a_stream: PositiveInt = 1_000_000

    @property
    def longest_silence_us(self) -> int:
        """The longest silence within a session, in microseconds: the gap, or just less."""
        gap_us = int(self.gap_minutes * 60_000_000)
        return gap_us - 1 if self.gap_is == "at_least" else gap_us
