"""Conditions of rules in plain Python: True, False, or None for unknown."""

from datetime import datetime, timedelta

from desirelines.settings.rule_conditions import (
    AllOf,
    AnyOf,
    Compare,
    Count,
    Leaf,
    Not,
    Sequence,
    Span,
)

LENGTHS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
           "week": timedelta(weeks=1)}  # fmt: skip


def answer(condition, person, end):
    """`person` holds features by name, `steps` (time, kind) and `first_seen_at`."""
    if isinstance(condition, Leaf):
        return _test(condition.test, person, end)
    if isinstance(condition, Not):
        inner = answer(condition.part, person, end)
        return None if inner is None else not inner
    answers = [answer(part, person, end) for part in condition.parts]
    decisive = isinstance(condition, AnyOf)
    if decisive in answers:
        return decisive
    assert isinstance(condition, AnyOf | AllOf)
    return None if None in answers else not decisive


def _test(test, person, end):
    if isinstance(test, Compare):
        value = person["features"][test.column]
        return None if value is None else _compared(value, test.operator, test.bound)
    was_observed = test.window is None or person["first_seen_at"] <= end - _length(test.window)
    if isinstance(test, Count):
        seen = len(_times(person, test.of.steps.kinds, test.window, end))
        possible = [seen] if was_observed else range(seen, seen + 20)
        fits = {
            (test.least is None or n >= test.least) and (test.most is None or n <= test.most)
            for n in possible
        }
        return fits.pop() if len(fits) == 1 else None
    assert isinstance(test, Sequence)
    return _follows(test, person, end, was_observed)


def _follows(test, person, end, was_observed):
    firsts = sorted(_times(person, test.first.kinds, test.window, end))
    thens = _times(person, test.then.kinds, None, end)
    cuts = _times(person, test.between.kinds, None, end)
    chosen = firsts[-1:] if test.is_last else firsts
    states = [_state(first, thens, cuts, test, end) for first in chosen]
    if True in states:
        return True
    if None in states:
        return None
    return False if was_observed or (test.is_last and chosen) else None


def _state(first, thens, cuts, test, end):
    """Whether the step that follows this one came (or not), or can still come."""
    limit = first + _length(test.within)
    after = [then for then in thens if first < then <= limit]
    is_over = limit < end
    if test.is_absent:
        return False if after else (True if is_over else None)
    if after:
        return not any(first < cut < min(after) for cut in cuts)
    return False if is_over or any(cut > first for cut in cuts) else None


def _times(person, kinds, window, end):
    start = datetime.min.replace(tzinfo=end.tzinfo) if window is None else end - _length(window)
    return [at for at, kind in person["steps"] if kind in kinds and start <= at < end]


def _length(span: Span):
    return span.count * LENGTHS[span.unit]


def _compared(value, operator, bound):
    return {
        "<": value < bound, "<=": value <= bound, "=": value == bound, "!=": value != bound,
        ">=": value >= bound, ">": value > bound,
    }[operator]  # fmt: skip
