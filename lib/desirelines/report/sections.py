"""The sections about all segments together, and about how the run was made."""

from __future__ import annotations

from datetime import date

import pandas as pd

from desirelines.catalogue import FEATURES
from desirelines.report import charts
from desirelines.report.choose_k_chart import Dot, evidence
from desirelines.report.data import ReportData
from desirelines.report.segments import Profile, Segment
from desirelines.report.text import (
    FATE_WORDS,
    count_text,
    day_text,
    decimal_text,
    feature_label,
    is_true,
    known_features,
    number_of,
    people_text,
    percent_text,
    text_of,
    value_text,
)
from desirelines.report.view_model import Account, Definition, Grid, Picture
from desirelines.tables import FATES, SMALL_GROUP

ENDS = {"new": "new people", "gone": "no longer seen"}


def sizes_picture(segments: list[Segment]) -> Picture:
    """The size of every segment."""
    bars = [charts.Bar(s.name, s.people, s.share, s.is_rule) for s in segments]
    rows = tuple(
        (s.name, "rule" if s.is_rule else "group", people_text(s.people), percent_text(s.share, 1))
        for s in segments
    )
    return Picture(
        charts.segment_sizes(bars),
        Grid(("segment", "kind", "people", "share of everybody"), rows, words=2),
    )


def differences_picture(
    clusters: list[Segment],
    profiles: dict[tuple[str, str], Profile],
    others: dict[tuple[str, str], float],
) -> Picture | None:
    """Features by groups with a profile; None for one group, and when all are too small for one.

    Features that tell nothing are left out (see `tells_nothing`).
    """
    if len(clusters) < 2:
        return None
    shown = [c for c in clusters if any(s == c.segment_id for _, s in profiles)]
    unknown, constant = _telling_nothing(shown, profiles)
    features = [f for f in _features_of(shown, profiles) if f not in {*unknown, *constant}]
    if not shown or not features:
        return None
    effects = {key: profile.effect for key, profile in profiles.items()}
    names = {c.segment_id: c.name for c in shown}
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
        for f in features
        for c in shown
        if (p := profiles.get((f, c.segment_id))) is not None
    )
    head = (
        "feature",
        "group",
        "mean",
        "median",
        "mean of the others",
        "distance from the others",
        "known for",
    )
    return Picture(
        charts.differences(features, [c.segment_id for c in shown], effects, names),
        Grid(head, rows, words=2),
    )


def tells_nothing(clusters: list[Segment], profiles: dict[tuple[str, str], Profile]) -> str:
    """Which features are known of nobody, or are the same for everybody; empty if none is."""
    unknown, constant = _telling_nothing(clusters, profiles)
    sentences = [
        f"{what}: {', '.join(feature_label(f) for f in features)}."
        for what, features in (
            ("Not drawn, because they are known of nobody", unknown),
            ("Not drawn, because they are the same for everybody", constant),
        )
        if features
    ]
    return " ".join(sentences)


def _telling_nothing(
    clusters: list[Segment], profiles: dict[tuple[str, str], Profile]
) -> tuple[list[str], list[str]]:
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


def _features_of(clusters: list[Segment], profiles: dict[tuple[str, str], Profile]) -> list[str]:
    ids = {c.segment_id for c in clusters}
    return known_features({feature for feature, segment in profiles if segment in ids})


def moves_picture(data: ReportData, clusters: list[Segment]) -> Picture | None:
    """Who changed group since the previous run; None when nothing may be shown."""
    counts = {
        (str(r["from_segment_id"]), str(r["to_segment_id"])): float(r["people_count"])
        for r in data.moves.to_dict("records")
        if r["people_count"] >= SMALL_GROUP and r["from_segment_id"] != r["to_segment_id"]
    }
    if not counts:
        return None
    order = [c.segment_id for c in clusters]
    defined = {
        text_of(r["segment_id"]): text_of(r["name"]) for r in data.definitions.to_dict("records")
    }
    rows, columns = (_in_order({key[side] for key in counts}, order) for side in (0, 1))
    names = {s: ENDS.get(s) or defined.get(s) or f"former group {s}" for s in {*rows, *columns}}
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    table = Grid(
        ("was in", "is in now", "people"),
        tuple((names[f], names[t], people_text(counts[f, t])) for f, t in ranked),
        words=2,
    )
    return Picture(charts.moves(counts, rows, columns, names), table)


def why_moved(data: ReportData) -> str:
    """How many moved because they changed, and how many because of the model; else empty."""
    moved = [r for r in data.moves.to_dict("records") if r["from_segment_id"] != r["to_segment_id"]]
    behaviour = sum(number_of(r["behaviour_count"]) or 0.0 for r in moved)
    model = sum(number_of(r["model_count"]) or 0.0 for r in moved)
    if not behaviour + model:
        return ""
    return (
        "Where the reason is known: the previous run's model would also have moved "
        f"{count_text(behaviour)} people. Their behaviour changed, or they came or left. "
        f"It would not have moved {count_text(model)} people: the groups were redrawn around them."
    )


def search_picture(data: ReportData) -> tuple[Picture | None, Grid | None]:
    """The search for the number of groups: the curve, None for a single trial, and all trials."""
    trials = sorted(data.trials.to_dict("records"), key=lambda t: t["trial"])
    if not trials:
        return None, None
    rows = tuple(
        (
            count_text(t["trial"]),
            text_of(t["algorithm"]).replace("_", " "),
            "✓ chosen" if is_true(t["is_kept"]) else "",
            text_of(t["verdict"]),
            count_text(t["k"]),
            count_text(t["clusters_found"]),
            text_of(t["seed"]),
            people_text(t["people_count"]),
            decimal_text(t["gap"], 3),
            decimal_text(t["stability"], 2),
            decimal_text(t["silhouette"], 3),
            decimal_text(t["cost"], 1),
            percent_text(t["smallest_share"], 1),
        )
        for t in trials
    )
    head = (
        "trial",
        "method",
        "",
        "verdict",
        "groups asked",
        "groups found",
        "seed",
        "people",
        "evidence",
        "stability",
        "silhouette",
        "cost",
        "smallest group",
    )
    table = Grid(head, rows, words=4)
    dots = [
        Dot(text_of(t["algorithm"]), int(t["k"]), float(t["gap"]), is_true(t["is_kept"]))
        for t in trials
        if number_of(t["gap"]) is not None
    ]
    return (Picture(evidence(dots), table) if len(dots) > 1 else None), table


def accounts_of(data: ReportData) -> tuple[Account, ...]:
    """What became of the rows of every source: sources by name, fates in a fixed order."""
    order = {fate: n for n, fate in enumerate(FATES)}
    accounts = []
    for source in sorted({str(s) for s in data.accounts["source"]}):
        of_source = data.accounts[data.accounts["source"] == source]
        rows = sorted(
            of_source.to_dict("records"), key=lambda r: (-order.get(r["fate"], -1), r["fate"])
        )
        run_total = int(of_source["run_row_count"].fillna(0).sum())
        total = int(of_source["row_count"].fillna(0).sum())
        run_read, read = _read(of_source, "run_rows_read"), _read(of_source, "rows_read")
        accounts.append(
            Account(
                source,
                tuple(
                    (str(r["fate"]), count_text(r["run_row_count"]), count_text(r["row_count"]))
                    for r in rows
                ),
                f"{run_total:,}",
                f"{total:,}",
                run_read,
                read,
                _sign(run_total, run_read),
                _sign(total, read),
            )
        )
    return tuple(accounts)


def fates_of(data: ReportData) -> tuple[tuple[str, str], ...]:
    """The fates that occur, in words."""
    fates = {str(f) for f in data.accounts["fate"]}
    return tuple((fate, FATE_WORDS[fate]) for fate in reversed(FATES) if fate in fates)


def definitions(as_of: date) -> tuple[Definition, ...]:
    """The catalogue of features in words."""
    return tuple(
        Definition(
            feature_label(f.name), f.meaning.replace("as_of", day_text(as_of)), f.unit, f.null_means
        )
        for f in FEATURES
    )


def _in_order(ids: set[str], order: list[str]) -> list[str]:
    ordered = [s for s in order if s in ids]
    return [*ordered, *sorted(ids - set(ordered) - set(ENDS)), *(e for e in ENDS if e in ids)]


def _read(of_source: pd.DataFrame, column: str) -> str:
    """Rows read of a source; all values if they differ, empty if there are none."""
    if column not in of_source.columns:
        return ""
    return " / ".join(sorted({count_text(v) for v in of_source[column].dropna()}))


def _sign(total: int, read: str) -> str:
    return "" if not read else "✓" if read == f"{total:,}" else "✗"
