"""What sets segments apart: the features that tell most in pictures, the others in tables."""

from __future__ import annotations

from desirelines.catalogue.words import HOUR_COS, HOUR_SIN, LEAST_KNOWN_SHARE
from desirelines.report.heatmap import Cell, Look, heatmap
from desirelines.report.profile_charts import LIMIT, TraitBar, traits
from desirelines.report.segments import Profile, Segment
from desirelines.report.text import (
    NOTHING,
    decimal_text,
    feature_label,
    known_features,
    people_text,
    value_text,
)
from desirelines.report.view_model import Grid, Picture

TELLING = 12
"""Features in a picture: those that tell most."""
HOURS = frozenset({HOUR_SIN, HOUR_COS})
"""Two features that are one: the hours of visits, which the heatmap of hours shows."""
Profiles = dict[tuple[str, str], Profile]
Means = dict[tuple[str, str], float]


def traits_picture(segment: Segment, profiles: Profiles, others: Means) -> Picture | None:
    """The features in which a segment differs most from the others; null without any."""
    telling = _telling(segment, profiles)
    if not telling:
        return None
    bars = [
        TraitBar(
            feature_label(feature),
            _against(feature, profile.mean, others.get((feature, segment.segment_id))),
            profile.effect or 0.0,
        )
        for feature, profile in telling
    ]
    rows = tuple((bar.label, bar.numbers, decimal_text(bar.effect)) for bar in bars)
    return Picture(
        "What sets them apart",
        traits(bars),
        Grid(("on average", "here · the others", "distance"), rows, words=2),
        f"The {len(bars)} figures that tell most: the average here · that of the others. The bar "
        "is the distance in units of how much people differ anyway, and ends at 2: 0.3 is small, "
        "0.8 large. Purple: above the others; orange: below.",
    )


def _telling(segment: Segment, profiles: Profiles) -> list[tuple[str, Profile]]:
    """The features with the largest effects, known of enough people; the catalogue's on a tie."""
    names = known_features({f for f, s in profiles if s == segment.segment_id} - HOURS)
    found = [(name, profiles[name, segment.segment_id]) for name in names]
    known = [
        (name, p)
        for name, p in found
        if p.effect and (p.known is None or p.known >= LEAST_KNOWN_SHARE * (p.people or 0.0))
    ]
    return sorted(known, key=lambda entry: -abs(entry[1].effect or 0.0))[:TELLING]


def _against(feature: str, here: float | None, others: float | None) -> str:
    return f"{value_text(feature, here)} · {value_text(feature, others)}"


def profile_grid(
    segment: Segment, profiles: Profiles, others: Means, everybody: dict[str, tuple[float, float]]
) -> Grid | None:
    """Every feature of a segment that is known, beside the others and everybody."""
    names = known_features({f for f, s in profiles if s == segment.segment_id} - HOURS)
    rows = tuple(
        (
            feature_label(name),
            value_text(name, p.mean),
            value_text(name, p.median),
            value_text(name, others.get((name, segment.segment_id))),
            value_text(name, everybody.get(name, (None,))[0]),
            decimal_text(p.effect),
            people_text(p.known),
        )
        for name in names
        if (p := profiles[name, segment.segment_id]).mean is not None
    )
    head = ("figure", "mean", "median", "the others", "everybody", "distance", "known for")
    return Grid(head, rows) if rows else None


def differences_picture(clusters: list[Segment], profiles: Profiles) -> Picture | None:
    """The features that tell most by groups; null for one group, and when all are too small."""
    shown = [c for c in clusters if any(s == c.segment_id for _, s in profiles)]
    names = features_in_use(shown, profiles)
    strength = {
        n: max(abs(p.effect or 0.0) for c in shown if (p := profiles.get((n, c.segment_id))))
        for n in names
    }
    telling = sorted(names, key=lambda n: -strength[n])[:TELLING]
    if len(clusters) < 2 or not telling:
        return None
    cells, rows = [], []
    for row, name in enumerate(telling):
        for column, cluster in enumerate(shown):
            profile = profiles.get((name, cluster.segment_id))
            effect = None if profile is None else profile.effect
            text = _signed(effect)
            mean = value_text(name, None if profile is None else profile.mean)
            words = f"{cluster.name}, {feature_label(name)}: {mean} on average, distance {text}"
            cells.append(Cell(row, column, effect, text, words))
            rows.append((feature_label(name), cluster.name, mean, text))
    look = Look((-LIMIT * 1.1, LIMIT * 1.1), is_split=True)
    heads = [c.name for c in shown]
    return Picture(
        "The figures that tell most",
        heatmap([feature_label(n) for n in telling], heads, cells, look),
        Grid(("figure", "group", "mean", "distance from the others"), tuple(rows), words=2),
        f"The {len(telling)} figures that set a group apart most. Each number is the distance of "
        "the group's average from that of the people in all other groups, in units of how much "
        "people differ anyway: 0.3 is small, 0.8 large. Purple: above the others; orange: below; "
        f"{NOTHING}: not known.",
        is_wide=True,
    )


def differences_grid(clusters: list[Segment], profiles: Profiles, others: Means) -> Grid | None:
    """All features by groups, with the numbers behind the picture."""
    rows = tuple(
        (
            feature_label(f),
            c.name,
            value_text(f, p.mean),
            value_text(f, p.median),
            value_text(f, others.get((f, c.segment_id))),
            decimal_text(p.effect),
            people_text(p.known),
        )
        for f in features_in_use(clusters, profiles)
        for c in clusters
        if (p := profiles.get((f, c.segment_id))) is not None
    )
    head = (
        "figure",
        "group",
        "mean",
        "median",
        "mean of the others",
        "distance from the others",
        "known for",
    )
    return Grid(head, rows, words=2) if rows and len(clusters) > 1 else None


def tells_nothing(clusters: list[Segment], profiles: Profiles) -> str:
    """Which features are known of nobody, or are the same for everybody; empty if none is."""
    unknown, constant = _telling_nothing(clusters, profiles)
    sentences = [
        f"{what}: {', '.join(feature_label(f) for f in features)}."
        for what, features in (
            ("Left out, because they are known of nobody", unknown),
            ("Left out, because they are the same for everybody", constant),
        )
        if features
    ]
    return " ".join(sentences)


def features_in_use(clusters: list[Segment], profiles: Profiles) -> list[str]:
    """The features of some cluster that tell something, in the catalogue's order."""
    unknown, constant = _telling_nothing(clusters, profiles)
    return [f for f in _features_of(clusters, profiles) if f not in {*unknown, *constant}]


def _telling_nothing(clusters: list[Segment], profiles: Profiles) -> tuple[list[str], list[str]]:
    """Features without a mean in any cluster, and those with one mean and no effect in all."""
    unknown, constant = [], []
    for feature in _features_of(clusters, profiles):
        of_feature = [p for c in clusters if (p := profiles.get((feature, c.segment_id)))]
        means = {p.mean for p in of_feature}
        if means == {None}:
            unknown.append(feature)
        elif len(means) == 1 and len(of_feature) > 1 and not any(p.effect for p in of_feature):
            constant.append(feature)
    return unknown, constant


def _features_of(clusters: list[Segment], profiles: Profiles) -> list[str]:
    ids = {c.segment_id for c in clusters}
    return known_features({feature for feature, segment in profiles if segment in ids} - HOURS)


def _signed(effect: float | None) -> str:
    if effect is None:
        return NOTHING
    return f"{effect:+.1f}".replace("-", "−") if abs(effect) >= 0.05 else "0.0"


def comparison_grid(segments: list[Segment], profiles: Profiles, has_base: bool) -> Grid:
    """One column per segment: its people, who came and left, and every average."""
    names = features_in_use(segments, profiles)
    flows = (
        [
            ("came in since the last run", *(people_text(s.entered) for s in segments)),
            ("left since the last run", *(people_text(s.left) for s in segments)),
        ]
        if has_base
        else []
    )
    rows = [
        ("people", *(people_text(s.people) for s in segments)),
        *flows,
        *(
            (
                feature_label(name),
                *(
                    value_text(name, None if p is None else p.mean)
                    for s in segments
                    for p in [profiles.get((name, s.segment_id))]
                ),
            )
            for name in names
        ),
    ]
    return Grid(("figure", *(s.name for s in segments)), tuple(rows))
