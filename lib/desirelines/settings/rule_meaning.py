"""From the parsed text of a condition to what it means."""

# ruff: noqa: D102 (a method is named for the rule of the grammar that it gives the meaning of)

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lark import Token, Transformer, v_args
from lark.tree import Meta

from desirelines.characters import shown
from desirelines.errors import did_you_mean
from desirelines.settings.patterns import known_pattern
from desirelines.settings.rule_conditions import (
    AgreesTo,
    Compare,
    Count,
    Counted,
    InFunnel,
    InSegment,
    IsKnown,
    LabelIn,
    Moment,
    PathHolds,
    Percentile,
    Sequence,
    Span,
    Steps,
    Test,
)


class ConditionError(ValueError):
    """A text is no condition.

    Attributes:
        column: the character at which it is wrong, from 1.
    """

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that conditions may use.

    Attributes:
        numbers: columns with a number about a person.
        times: columns with a time.
        labels: labels, each with its values.
        kinds: kinds of steps.
        settings: numbers of the settings, written in braces.
        segments: ids of rule segments.
        funnels: names of funnels, each with the number of its steps.
        purposes: purposes of consent.
    """

    numbers: frozenset[str]
    times: frozenset[str]
    labels: Mapping[str, frozenset[str]]
    kinds: frozenset[str]
    settings: Mapping[str, int]
    segments: frozenset[str]
    funnels: Mapping[str, int] = field(default_factory=dict)
    purposes: frozenset[str] = frozenset()


@v_args(inline=True)
class Meaning(Transformer[Token, Test]):
    """The parsed text → what it means; names are checked on the way."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def _known(self, name: Token, known: Any, what: str) -> str:
        text = str(name)
        if text not in known:
            raise ConditionError(
                name.column or 1, f"there is no {what} '{shown(text)}'{did_you_mean(text, known)}"
            )
        return text

    def start(self, test: Test) -> Test:
        return test

    # Names and numbers.

    def NAME(self, token: Token) -> Token:  # noqa: N802 (the terminal's name)
        return token

    def QUOTED(self, token: Token) -> Token:  # noqa: N802 (the terminal's name)
        return token.update(value=re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL))

    def name(self, token: Token) -> Token:
        return token

    def value(self, token: Token) -> Token:
        return token

    def amount(self, token: Token) -> float:
        if token.type == "NUMBER":
            return float(token)
        name = token.update(value=token[1:-1])
        return float(
            self._vocabulary.settings[
                self._known(name, self._vocabulary.settings, "setting of `segments`")
            ]
        )

    @v_args(meta=True, inline=True)
    def span(self, meta: Meta, amount: float, unit: Token) -> Span:
        if amount < 1 or amount != int(amount) or amount > 10_000:
            raise ConditionError(meta.column, "a length of time is a whole number from 1")
        return Span(int(amount), str(unit).removesuffix("s"))  # type: ignore[arg-type]

    @v_args(meta=True, inline=True)
    def length(self, meta: Meta, span: Span) -> Span:
        if span.unit == "month":
            raise ConditionError(
                meta.column, "the time between two steps is in minutes, hours, days or weeks"
            )
        return span

    @v_args(meta=True, inline=True)
    def whole(self, meta: Meta, amount: float) -> int:
        if amount < 0 or amount != int(amount):
            raise ConditionError(meta.column, f"a count is a whole number, not {amount:g}")
        return int(amount)

    # Tests of columns.

    def _number(self, name: Token) -> str:
        return self._known(name, self._vocabulary.numbers, "feature")

    def compare(self, name: Token, operator: Token, bound: float | tuple[float, Token]) -> Test:
        column = self._number(name)
        if isinstance(bound, tuple):
            percent, among = bound
            return Compare(
                column,
                str(operator),  # type: ignore[arg-type]
                Percentile(percent, column, "" if among is None else self._number(among)),
            )
        return Compare(column, str(operator), bound)  # type: ignore[arg-type]

    def bound(
        self, amount: float | Token, among: Token | None = None
    ) -> float | tuple[float, Token | None]:
        return (float(amount[1:]), among) if isinstance(amount, Token) else amount

    def is_known(self, name: Token) -> Test:
        return IsKnown(self._any_column(name), True)

    def is_unknown(self, name: Token) -> Test:
        return IsKnown(self._any_column(name), False)

    def _any_column(self, name: Token) -> str:
        names = self._vocabulary
        return self._known(name, {*names.numbers, *names.times, *names.labels}, "feature or label")

    def within(self, name: Token, span: Span) -> Test:
        return Moment(self._known(name, self._vocabulary.times, "time"), span)

    def before(self, name: Token, span: Span) -> Test:
        return Moment(self._known(name, self._vocabulary.times, "time"), span, is_before=True)

    def label_is(self, name: Token, value: Token) -> Test:
        return self.label_in(name, value)

    def label_is_not(self, name: Token, value: Token) -> Test:
        return LabelIn(*self._label(name, (value,)), is_in=False)

    def label_in(self, name: Token, *values: Token) -> Test:
        return LabelIn(*self._label(name, values))

    def _label(self, name: Token, values: tuple[Token, ...]) -> tuple[str, frozenset[str]]:
        label = self._known(name, self._vocabulary.labels, "label")
        known = self._vocabulary.labels[label]
        return label, frozenset(self._known(value, known, f"value of {label}") for value in values)

    # Counts and sequences.

    def step(self, name: Token) -> Steps:
        if name.type == "QUOTED":
            return Steps(names=frozenset([str(name)]))
        kind = self._known(name, self._vocabulary.kinds, "kind of step (a step's name is quoted)")
        return Steps(kinds=frozenset([kind]))

    def steps(self, *steps: Steps) -> Steps:
        return Steps(
            frozenset[str]().union(*(s.kinds for s in steps)),
            frozenset[str]().union(*(s.names for s in steps)),
        )

    def steps_counted(self, steps: Steps) -> Counted:
        return Counted("steps", steps)

    def visits(self, steps: Steps | None = None) -> Counted:
        return Counted("visits", steps or Steps())

    def active_days(self) -> Counted:
        return Counted("active days")

    def active_weeks(self) -> Counted:
        return Counted("active weeks")

    def weekends(self, each: int, steps: Steps) -> Counted:
        return Counted("weekends", steps, each=each)

    @v_args(meta=True, inline=True)
    def category(self, meta: Meta, steps: Steps, without: Steps | None = None) -> Counted:
        without = without or Steps()
        if steps.names or without.names:
            raise ConditionError(meta.column, "one category is asked of kinds of steps alone")
        return Counted("category", steps, without)

    def at_least(self, amount: int) -> tuple[int | None, int | None]:
        return amount, None

    def at_most(self, amount: int) -> tuple[int | None, int | None]:
        return None, amount

    def exactly(self, amount: int) -> tuple[int | None, int | None]:
        return amount, amount

    def none(self) -> tuple[int | None, int | None]:
        return None, 0

    def count(
        self, bounds: tuple[int | None, int | None], of: Counted, window: Span | None = None
    ) -> Test:
        return Count(of, *bounds, window)

    @v_args(meta=True, inline=True)
    def sequence(
        self,
        meta: Meta,
        last: Token | None,
        first: Steps,
        absent: Token | None,
        then: Steps,
        within: Span,
        between: Steps | None = None,
        window: Span | None = None,
    ) -> Test:
        if absent is not None and between is not None:
            raise ConditionError(meta.column, "`without … between`: there is already none")
        return Sequence(
            first,
            then,
            within,
            is_absent=absent is not None,
            is_last=last is not None,
            between=between or Steps(),
            window=window,
        )

    def path(self, quoted: Token, window: Span | None = None) -> Test:
        try:
            known_pattern(str(quoted))
        except ValueError as error:
            raise ConditionError(quoted.column or 1, str(error)) from None
        return PathHolds(str(quoted), window)

    def reached(self, step: int, name: Token, window: Span | None = None) -> Test:
        return InFunnel(*self._step_of(step, name), window=window)

    def stopped(self, step: int, name: Token, window: Span | None = None) -> Test:
        return InFunnel(*self._step_of(step, name), is_end=True, window=window)

    def _step_of(self, step: int, name: Token) -> tuple[str, int]:
        funnel = self._known(name, self._vocabulary.funnels, "funnel (paths.funnels)")
        steps = self._vocabulary.funnels[funnel]
        if not 1 <= step <= steps:
            raise ConditionError(
                name.column or 1, f"funnel '{shown(funnel)}' has the steps 1 to {steps}"
            )
        return funnel, step

    def consent(self, name: Token) -> Test:
        what = "purpose of consent in a source (`consents`)"
        return AgreesTo(self._known(name, self._vocabulary.purposes, what))

    def membership(self, name: Token) -> Test:
        return InSegment(self._known(name, self._vocabulary.segments, "rule segment"))
