"""What the page says first: how many, how fresh, what changed and why, is it healthy, where."""

from __future__ import annotations

from datetime import date

import numpy as np

from desirelines.report import group_charts
from desirelines.report.data import ReportData
from desirelines.report.moves import moves_of, why_moved
from desirelines.report.segments import Profile, Segment
from desirelines.report.text import feature_label, number_of, people_text, percent_text
from desirelines.report.traits import Profiles, features_in_use
from desirelines.report.view_model import Grid, Picture
from desirelines.tables import SMALL_GROUP

AXES = 2
"""Features named at an axis."""


def tiles_of(data: ReportData, groups: int, rules: int) -> tuple[tuple[str, str], ...]:
    """The first figures: a name and a number each."""
    return (
        ("People", people_text(data.people_count)),
        ("Groups found in behaviour", str(groups)),
        ("Segments set by a rule", str(rules)),
        ("Newest event", _short(data.data_through)),
        ("Published", _short(data.published_on)),
        ("A newer run is due", _short(data.fresh_until) or "never"),
    )


def _short(moment: str) -> str:
    """A day as "1 Mar 2026", with the time of day if there is one; other text as it is."""
    day, _, rest = moment.partition(" ")
    try:
        at = date.fromisoformat(day)
    except ValueError:
        return moment
    return f"{at.day} {at:%b %Y}{', ' if rest else ''}{rest}"


def changes_of(data: ReportData, segments: list[Segment]) -> tuple[str, ...]:
    """What changed since the previous run and why, in a few sentences."""
    if data.previous_run_id is None:
        return ("This is the first published run: there is nothing to compare with yet.",)
    sentences = []
    grown = sorted(_changes(data, segments), key=lambda c: (c[2] - c[1], c[0].segment_id))
    if grown and grown[-1][2] > grown[-1][1]:
        sentences.append(_change("grew most", *grown[-1]))
    if grown and grown[0][2] < grown[0][1]:
        sentences.append(_change("shrank most", *grown[0]))
    new = [s for s in segments if s.origin in ("new", "split", "merge", "grown")]
    if new:
        names = ", ".join(f"“{s.name}”" for s in new)
        sentences.append(
            f"{len(new)} group{'' if len(new) == 1 else 's'} "
            f"{'was' if len(new) == 1 else 'were'} drawn anew: {names}."
        )
    moved = moves_of(data)
    if moved:
        sentences.append(
            f"{people_text(sum(moved.values()))} people are in another group now, or came or left, "
            f"in moves of {SMALL_GROUP} people or more."
        )
    why = why_moved(data)
    if why:
        sentences.append(why)
    if not sentences:
        sentences.append(
            f"No segment of known size changed, and no {SMALL_GROUP} people or more moved together."
        )
    return tuple(sentences)


def _change(what: str, segment: Segment, before: float, now: float) -> str:
    return f"“{segment.name}” {what}: from {people_text(before)} to {people_text(now)} people."


def _changes(data: ReportData, segments: list[Segment]) -> list[tuple[Segment, float, float]]:
    """Segments whose people are known in this run and the one before, with both numbers."""
    before = data.trend[data.trend["run_id"] == data.previous_run_id]
    people = {str(r["segment_id"]): number_of(r["people_count"]) for r in before.to_dict("records")}
    return [
        (segment, then, segment.people)
        for segment in segments
        if segment.people is not None and (then := people.get(segment.segment_id)) is not None
    ]


def lie_picture(clusters: list[Segment], profiles: Profiles) -> Picture | None:
    """Where groups lie by what sets them apart; null for fewer than three with known features."""
    shown = [
        (n, c)
        for n, c in enumerate(clusters, start=1)
        if c.people and any(s == c.segment_id for _, s in profiles)
    ]
    names = [
        f
        for f in features_in_use([c for _, c in shown], profiles)
        if all(_effect(profiles.get((f, c.segment_id))) is not None for _, c in shown)
    ]
    if len(shown) < 3 or not names:
        return None
    effects = np.array(
        [[_effect(profiles.get((f, c.segment_id))) or 0.0 for f in names] for _, c in shown]
    )
    # A rare habit of one group would push all others together.
    effects = np.sign(effects) * np.log1p(np.abs(effects))
    places, loadings, told = _plane(effects - effects.mean(axis=0))
    spots = [
        group_charts.Spot(n, c.name, round(float(x), 3), round(float(y), 3), c.people or 0.0)
        for (n, c), (x, y) in zip(shown, places, strict=True)
    ]
    rows = tuple((str(s.number), s.name, people_text(s.people)) for s in spots)
    right, up = (_axis(names, loadings[axis]) for axis in (0, 1))
    return Picture(
        "Where the groups lie",
        group_charts.where_they_lie(spots),
        Grid(("no.", "group", "people"), rows, words=2),
        "The nearer two groups, the more alike they are; the area is their people. To the right: "
        f"{right}. Upwards: {up}. The plane keeps {percent_text(told)} of the differences between "
        "groups.",
    )


def _effect(profile: Profile | None) -> float | None:
    return None if profile is None else profile.effect


def _plane(centred: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Places of the rows in the plane that keeps most of their distances, its axes, and how much.

    The largest part of an axis is positive.
    """
    left, strength, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.array([1.0 if row[np.argmax(np.abs(row))] > 0 else -1.0 for row in right])
    places = (left * strength * signs)[:, :2]
    told = float((strength[:2] ** 2).sum() / max((strength**2).sum(), 1e-12))
    return places, (right * signs[:, None])[:2], told


def _axis(names: list[str], loadings: np.ndarray) -> str:
    """The features that an axis stands for most."""
    strongest = np.argsort(-np.abs(loadings), kind="stable")[:AXES]
    return ", ".join(
        f"{'high' if loadings[n] > 0 else 'low'} {feature_label(names[n])}" for n in strongest
    )
