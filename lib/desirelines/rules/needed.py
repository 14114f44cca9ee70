"""What a condition would need for another answer, in words with numbers and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desirelines.rules.spans import moved_by
from desirelines.settings.rule_conditions import Compare, Count, Moment, Percentile, Span, Test

Value = float | datetime | str | None
AT_LEAST, MORE, AT_MOST, LESS, EXACTLY, OTHER = ">=", ">", "<=", "<", "=", "!="
OPPOSITE = {
    AT_LEAST: LESS,
    LESS: AT_LEAST,
    MORE: AT_MOST,
    AT_MOST: MORE,
    EXACTLY: OTHER,
    OTHER: EXACTLY,
}
IN_WORDS = {
    AT_LEAST: "at least",
    MORE: "more than",
    AT_MOST: "at most",
    LESS: "less than",
    EXACTLY: "exactly",
    OTHER: "anything but",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a condition saw of a person.

    Attributes:
        answer: true, false or null for unknown.
        value: of a number, a time or a label; for a count the number counted.
        times: when the counted steps were, the oldest first; empty where they are not known.
    """

    answer: bool | None
    value: Value = None
    times: Sequence[datetime] = ()


def needed(
    test: Test, seen: Seen, *, is_true: bool, percentiles: Mapping[Percentile, float | None]
) -> str:
    """What would make the test true, or not true.

    A count says how many more it needs and until when those of now count, or by when enough of
    them have left the window. A time says when it leaves its window.
    """
    match test:
        case Compare() if isinstance(seen.value, float | int):
            bound = (
                percentiles.get(test.bound) if isinstance(test.bound, Percentile) else test.bound
            )
            if bound is not None:
                return _number(test.operator if is_true else OPPOSITE[test.operator], seen, bound)
        case Count() if seen.value is not None:
            return _count(test, seen, is_true)
        case Moment() if isinstance(seen.value, datetime):
            return _moment(test, seen.value, is_true)
    now = {True: "true", False: "false", None: "unknown"}[seen.answer]
    return f"{now} now, {'true' if is_true else 'false'} needed"


def _number(operator: str, seen: Seen, bound: float) -> str:
    assert isinstance(seen.value, float | int)
    difference = abs(bound - seen.value)
    by_how_much = {AT_LEAST: f" ({difference:g} more)", AT_MOST: f" ({difference:g} less)"}
    return (
        f"{seen.value:g} now, {IN_WORDS[operator]} {bound:g} needed{by_how_much.get(operator, '')}"
    )


def _count(test: Count, seen: Seen, is_true: bool) -> str:
    assert isinstance(seen.value, float | int)
    count = int(seen.value)
    fewest, most = (test.least, test.most) if is_true else _outside(test, count)
    if fewest is not None and count < fewest:
        return f"{count} now, {fewest - count} more needed{_before(test.window, seen.times)}"
    if most is not None and count > most:
        left = _left_by(test.window, seen.times, count - most)
        return f"{count} now, at most {most} needed{left}"
    return f"{count} now, and the person was not seen in the whole window"


def _outside(test: Count, count: int) -> tuple[int | None, int | None]:
    """The bounds of a count that is not what the test wants: below its least, or above its most."""
    below = None if test.least is None or test.least == 0 else test.least - 1
    above = None if test.most is None else test.most + 1
    if below is None or (above is not None and above - count < count - below):
        return above, None
    return None, below


def _before(window: Span | None, times: Sequence[datetime]) -> str:
    """Until when all that was counted still counts."""
    if window is None:
        return ""
    if not times:
        return f" within {window.count} {window.unit}{'s' if window.count > 1 else ''}"
    return f" before {_day(moved_by(times[0], window))}"


def _left_by(window: Span | None, times: Sequence[datetime], count: int) -> str:
    """By when so many of the oldest have left the window."""
    if window is None or len(times) < count:
        return ""
    return f": so on {_day(moved_by(times[count - 1], window))}, if none is added"


def _moment(test: Moment, at: datetime, is_true: bool) -> str:
    until = _day(moved_by(at, test.span))
    if test.is_before and is_true:
        return f"{_day(at)} now: long enough ago on {until}, if no later one comes"
    if test.is_before or is_true:
        return f"{_day(at)} now, a later one needed"
    return f"{_day(at)} now: out of the window on {until}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
