"""Settings of paths: what is published, which patterns are counted, and funnels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, model_validator

from desirelines.characters import shown
from desirelines.settings.patterns import known_pattern, known_single
from desirelines.settings.strict import Name, Strict

Share = Annotated[float, Field(ge=0, le=1)]
AskedPattern = Annotated[str, AfterValidator(known_pattern)]
Step = Annotated[str, AfterValidator(known_single)]
"""One item of the pattern language."""


class Funnel(Strict):
    """A funnel. Each step is one item of the pattern language: a name, `[a|b]` or `[^a]`."""

    name: Name
    steps: Annotated[tuple[Step, ...], Field(min_length=2, max_length=50)]
    order: Literal["ordered", "strict", "any"] = "ordered"
    unit: Literal["person", "session"] = "person"
    window_hours: PositiveFloat = 336
    exclude: tuple[Step, ...] = ()


class Paths(Strict):
    """What is published about paths, and which patterns are counted in them."""

    top_steps: PositiveInt = 100
    min_people: Annotated[int, Field(ge=10)] = 10
    places: Annotated[int, Field(gt=0, le=1_000)] = 10
    pattern_share: Share = 0.01
    most_patterns: PositiveInt = 200
    longest_sequence: Annotated[int, Field(ge=2, le=50)] = 5
    patterns: tuple[AskedPattern, ...] = ()
    goal: AskedPattern | None = None
    funnels: tuple[Funnel, ...] = ()

    @property
    def funnel_lengths(self) -> dict[str, int]:
        """The number of steps of each funnel, by its name."""
        return {funnel.name: len(funnel.steps) for funnel in self.funnels}

    @model_validator(mode="after")
    def _names_differ(self) -> Paths:
        for what, names in (
            ("funnels", [f.name for f in self.funnels]),
            ("patterns", [*self.patterns]),
        ):
            twice = sorted({n for n in names if names.count(n) > 1})
            if twice:
                raise ValueError(
                    f"{what}: '{shown(twice[0])}' is given twice, and would be counted as one"
                )
        return self
