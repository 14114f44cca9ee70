"""Checks before a run is published: how far it is from the published run before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desirelines.settings.publication import Publish


@dataclass(frozen=True, slots=True)
class RunNumbers:
    """Published numbers of a run that the checks compare; what is withheld or unknown is missing.

    Attributes:
        people: people of the run.
        shares: share of all people in each segment.
        coverage: share of people of whom enough is known to be in a cluster.
        known: for each rule segment, share of people for whom the rule has an answer.
    """

    people: int | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    coverage: float | None = None
    known: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: the setting with its limit.
        value: what was found; null where there is nothing to compare with.
        limit: null where there is none.
        is_passed: null where nothing was compared.
        text: what was found, in words.
    """

    name: str
    value: float | None
    limit: float | None
    is_passed: bool | None
    text: str


def publication_checks(
    now: RunNumbers, before: RunNumbers, drift: Mapping[str, float | None], limits: Publish
) -> tuple[Check, ...]:
    """Every check of a run against the one before; `drift` is that of `history.drift`.

    A drop is a share of what there was: 0.5 is half. Nothing is compared where a number is missing
    on either side, as in a first run.
    """
    change, segment = _largest(now.shares, before.shares, lambda a, b: abs(a - b))
    rise, rule = _largest(now.known, before.known, lambda a, b: b - a)
    return (
        _at_most(
            "max_people_drop",
            _drop(now.people, before.people),
            limits.max_people_drop,
            "people fell by {:.0%}",
        ),
        _at_most(
            "max_size_change",
            change,
            limits.max_size_change,
            f"the share of segment {segment} changed by {{:.0%}} of all people",
        ),
        _at_most(
            "max_psi",
            drift.get("psi"),
            limits.max_psi,
            "the shares of the main segments moved: population stability index {:.2f}",
        ),
        _at_least(
            "min_agreement",
            drift.get("ari"),
            limits.min_agreement,
            "people are in other groups together: adjusted Rand index {:.2f}",
        ),
        _at_most(
            "max_coverage_drop",
            _drop(now.coverage, before.coverage),
            limits.max_coverage_drop,
            "people of whom enough is known to be in a cluster fell by {:.0%}",
        ),
        _at_most(
            "max_unknown_rise",
            rise,
            limits.max_unknown_rise,
            f"the rule {rule} became unknown for {{:.0%}} of all people",
        ),
    )


def _drop(now: float | None, before: float | None) -> float | None:
    """Share of what there was that is gone; below 0 where there is more."""
    return None if now is None or not before else 1 - now / before


def _largest(
    now: Mapping[str, float], before: Mapping[str, float], change: Callable[[float, float], float]
) -> tuple[float | None, str]:
    """The largest change among the names on both sides, and its name, the first on a tie."""
    changes = {name: change(now[name], before[name]) for name in now.keys() & before.keys()}
    name = min(changes, key=lambda n: (-changes[n], n), default="")
    return changes.get(name), name


def _at_most(name: str, value: float | None, limit: float | None, text: str) -> Check:
    is_passed = None if value is None or limit is None else value <= limit
    return _check(name, value, limit, is_passed, text)


def _at_least(name: str, value: float | None, limit: float | None, text: str) -> Check:
    is_passed = None if value is None or limit is None else value >= limit
    return _check(name, value, limit, is_passed, text)


def _check(
    name: str, value: float | None, limit: float | None, is_passed: bool | None, text: str
) -> Check:
    said = "nothing to compare with" if value is None else text.format(value)
    return Check(name, None if value is None else round(value, 4), limit, is_passed, said)
