"""Conditions of rule segments, as data: what the texts in rule files mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Unit = Literal["minute", "hour", "day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time; months are calendar months."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of paths: those of one of the kinds, and those with one of the names."""

    kinds: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile of a column: of people with a value, and with a value of the other column."""

    percent: float
    column: str
    among: str = ""

    @property
    def name(self) -> str:
        """How the percentile is named in `run_parameters`."""
        among = f" of people with {self.among}" if self.among else ""
        return f"{self.column} p{self.percent:g}{among}"


@dataclass(frozen=True, slots=True)
class Compare:
    """A number of the person against a bound; unknown where the person has no value."""

    column: str
    operator: Literal["<", "<=", "=", "!=", ">=", ">"]
    bound: float | Percentile


@dataclass(frozen=True, slots=True)
class IsKnown:
    """Whether a column has a value; always true or false."""

    column: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in [end − span, end), or with `is_before` earlier; false where it never was."""

    column: str
    span: Span
    is_before: bool = False


@dataclass(frozen=True, slots=True)
class LabelIn:
    """A label with one of the values, or with none of them; unknown where there is no label."""

    label: str
    values: frozenset[str]
    is_in: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted.

    Attributes:
        what: `steps`; `visits` (with one of the steps, if any are given); `active days` and
            `active weeks`, with a visit or an order; `weekends` on which both days have `each`
            steps or more; `category`: the most steps of one category without any of `without`.
        steps: the steps.
        without: steps whose category does not count.
        each: for weekends.
    """

    what: Literal["steps", "visits", "active days", "active weeks", "weekends", "category"]
    steps: Steps = Steps()
    without: Steps = Steps()
    each: int = 1


@dataclass(frozen=True, slots=True)
class Count:
    """A count in [end − window, end), or ever, within bounds.

    What was not seen may have been before the person was: unknown where they were not observed in
    the whole window and a larger count would change the answer.
    """

    of: Counted
    least: int | None = None
    most: int | None = None
    window: Span | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A step, and then another within a span, or none; first steps in [end − window, end) count.

    Attributes:
        first: the step that begins.
        then: the step that follows.
        within: how long after the first; (t, t + within].
        is_absent: whether none may follow.
        is_last: whether only the last of the first steps counts.
        between: steps that may not lie between the two; none for an absent one.
        window: when the first step may be.
    """

    first: Steps
    then: Steps
    within: Span
    is_absent: bool = False
    is_last: bool = False
    between: Steps = Steps()
    window: Span | None = None


@dataclass(frozen=True, slots=True)
class PathHolds:
    """Whether the path in [end − window, end), or ever, holds a pattern (docs/patterns.md)."""

    pattern: str
    window: Span | None = None


@dataclass(frozen=True, slots=True)
class InFunnel:
    """How far the person got in a funnel of the settings, in [end − window, end), or ever.

    Attributes:
        funnel: its name.
        step: the step that was reached, from 1.
        is_end: whether it must be the last one that was.
        window: where the steps must lie.
    """

    funnel: str
    step: int
    is_end: bool = False
    window: Span | None = None


@dataclass(frozen=True, slots=True)
class InSegment:
    """Membership of another rule segment."""

    segment_id: str


@dataclass(frozen=True, slots=True)
class AgreesTo:
    """Consent to a purpose as of the run's date; unknown for people who stated nothing on it."""

    purpose: str


Test = (
    Compare
    | IsKnown
    | Moment
    | LabelIn
    | Count
    | Sequence
    | PathHolds
    | InFunnel
    | AgreesTo
    | InSegment
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test, with its text in the rule file."""

    text: str
    test: Test


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where all parts are; false where one is false; else unknown."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where one part is; false where all are false; else unknown."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is false, and false where it is true; else unknown."""

    part: Condition


Condition = AllOf | AnyOf | Not | Leaf


def nodes_of(condition: Condition) -> Iterator[Condition]:
    """The node itself, then its parts from left to right, each followed by its own."""
    yield condition
    parts = (
        condition.parts
        if isinstance(condition, AllOf | AnyOf)
        else (condition.part,)
        if isinstance(condition, Not)
        else ()
    )
    for part in parts:
        yield from nodes_of(part)


def each_test(condition: Condition) -> Iterator[Test]:
    """All tests of a condition."""
    return (node.test for node in nodes_of(condition) if isinstance(node, Leaf))


def purposes_of(condition: Condition) -> tuple[str, ...]:
    """The purposes that everybody agrees to for whom the condition is true, as its parts say it."""
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    return tuple(
        part.test.purpose
        for part in parts
        if isinstance(part, Leaf) and isinstance(part.test, AgreesTo)
    )


def as_written(condition: Condition) -> Any:
    """The condition as a rule file would say it: a text, or `all`, `any` or `not` of others."""
    if isinstance(condition, Leaf):
        return condition.text
    if isinstance(condition, Not):
        return {"not": as_written(condition.part)}
    word = "all" if isinstance(condition, AllOf) else "any"
    return {word: [as_written(part) for part in condition.parts]}


def in_words(condition: Condition) -> str:
    """The condition on one line."""
    if isinstance(condition, Leaf):
        return condition.text
    if isinstance(condition, Not):
        return f"not ({in_words(condition.part)})"
    word = " and " if isinstance(condition, AllOf) else " or "
    return word.join(
        part_words if isinstance(part, Leaf | Not) else f"({part_words})"
        for part in condition.parts
        for part_words in [in_words(part)]
    )
