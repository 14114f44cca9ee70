"""The report: one HTML page that loads nothing else."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from desirelines.catalogue import FEATURES
from desirelines.report import group_charts
from desirelines.report.contacts import contacts_picture, outbound_words
from desirelines.report.data import ReportData
from desirelines.report.figures import FIGURES
from desirelines.report.moves import moves_picture, why_moved
from desirelines.report.overview import changes_of, lie_picture, tiles_of
from desirelines.report.quality import accounts_of, checks_of, fates_of, health_of
from desirelines.report.search import kept_words, search_picture
from desirelines.report.segment_pages import Compared, segment_page
from desirelines.report.segments import (
    Segment,
    absent_rules,
    means_beside_rules,
    means_of_everybody,
    means_of_others,
    ordered_segments,
    profiles_of,
)
from desirelines.report.summary import one_group_text, summary_of, verdict_of
from desirelines.report.templating import filled, text_of_file
from desirelines.report.text import ALL, day_text, feature_label, people_text, percent_text
from desirelines.report.traits import (
    HOURS,
    Profiles,
    comparison_grid,
    differences_grid,
    differences_picture,
    tells_nothing,
)
from desirelines.report.view_model import Definition, Grid, Overview, Page, Picture
from desirelines.report.ways import ways_of
from desirelines.tables import SMALL_GROUP, TOO_LITTLE_DATA


def render(data: ReportData) -> str:
    """The page as HTML; equal data gives equal text."""
    script = text_of_file("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return filled(
        "page.html.j2",
        data.currency,
        page=page_of(data),
        style=text_of_file("style.css"),
        script=script,
        script_hash=f"sha256-{digest}",
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """The segments that the page shows.

    Attributes:
        all: every segment of the run.
        clusters: groups, the largest first.
        rules: rule segments that somebody could be in.
        absent: rule segments that nobody could be in.
        apart: people with too little data; null where there are none.
    """

    all: list[Segment]
    clusters: list[Segment]
    rules: list[Segment]
    absent: list[Segment]
    apart: Segment | None


def shown_of(data: ReportData, profiles: Profiles) -> Shown:
    """The segments of the page, in its order."""
    segments = ordered_segments(data)
    absent = absent_rules(segments, profiles, data.rule_features)
    apart = next((s for s in segments if s.segment_id == TOO_LITTLE_DATA and s.people != 0), None)
    return Shown(
        segments,
        # The only group has no people where all of them have too little data.
        [s for s in segments if not s.is_rule and s.people != 0],
        [
            s
            for s in segments
            if s.is_rule and s not in absent and (s is apart or s.segment_id != TOO_LITTLE_DATA)
        ],
        absent,
        apart,
    )


def page_of(data: ReportData) -> Page:
    """The content of the page."""
    profiles = profiles_of(data)
    shown = shown_of(data, profiles)
    clusters, rules, apart = shown.clusters, shown.rules, shown.apart
    names = {s.segment_id: s.name for s in shown.all}
    others = means_of_others(profiles, clusters)
    beside = compared(shown, profiles)
    pages = [
        segment_page(s, number, data, beside)
        for number, s in enumerate([*clusters, *rules], start=1)
    ]
    search, trials = search_picture(data)
    checks, accounts = checks_of(data, names), accounts_of(data)
    return Page(
        title=data.title,
        as_of=day_text(data.as_of),
        data_through=data.data_through,
        published_on=data.published_on,
        fresh_until=data.fresh_until,
        run_id=data.run_id,
        config_hash=data.config_hash,
        code_version=data.code_version,
        previous_run_id=data.previous_run_id or "",
        small_group=SMALL_GROUP,
        overview=overview_of(data, shown, profiles, health_of(data, checks, accounts)),
        is_anybody_apart=apart is not None,
        absent_rules=tuple(s.name for s in shown.absent),
        groups=tuple(p for p in pages if not p.is_rule),
        rules=tuple(p for p in pages if p.is_rule),
        everybody=ways_of(data, ALL),
        contacts=contacts_picture(data, {s.segment_id: s.name for s in [*clusters, *rules]}),
        outbound_words=outbound_words(data.outbound_steps),
        flow_words=_flow_words(data),
        differences=differences_picture(clusters, profiles),
        all_differences=differences_grid(clusters, profiles, others),
        tells_nothing=tells_nothing(clusters, profiles),
        comparison=comparison_grid([*clusters, *rules], profiles, data.previous_run_id is not None),
        coverage=coverage_grid(data),
        moves=moves_picture(data, clusters) if data.previous_run_id else None,
        why_moved=why_moved(data),
        verdict=verdict_of(data),
        kept=kept_words(data),
        search=search,
        trials=trials,
        checks=checks,
        accounts=accounts,
        fates=fates_of(data),
        definitions=definitions(data),
        figures=FIGURES,
    )


def compared(shown: Shown, profiles: Profiles) -> Compared:
    """What each segment is compared with: for a rule segment, everybody who is not in it."""
    apart = [] if shown.apart is None else [shown.apart]
    everybody = means_of_everybody(profiles, [*shown.clusters, *apart])
    return Compared(
        profiles,
        means_of_others(profiles, shown.clusters)
        | means_beside_rules(profiles, shown.rules, everybody),
        everybody,
        {s.segment_id: s.name for s in shown.all},
    )


def overview_of(
    data: ReportData, shown: Shown, profiles: Profiles, health: tuple[tuple[str, str], ...]
) -> Overview:
    """What the page says first."""
    clusters, rules = shown.clusters, shown.rules
    return Overview(
        summary_of(data.people_count, clusters, rules, shown.apart),
        one_group_text(data, verdict_of(data)),
        tiles_of(data, len(clusters), sum(r is not shown.apart for r in rules)),
        health,
        changes_of(data, [*clusters, *rules]),
        lie_picture(clusters, profiles),
        sizes_picture([*clusters, *rules]),
    )


def sizes_picture(segments: list[Segment]) -> Picture:
    """The size of every segment."""
    bars = [group_charts.Bar(s.name, s.people, s.share, s.is_rule) for s in segments]
    rows = tuple(
        (s.name, "rule" if s.is_rule else "group", people_text(s.people), percent_text(s.share, 1))
        for s in segments
    )
    return Picture(
        "People in each segment",
        group_charts.sizes(bars),
        Grid(("segment", "kind", "people", "share of everybody"), rows, words=2),
        f"And their share of everybody. Numbers of fewer than {SMALL_GROUP} people are withheld, "
        "and so are numbers that would reveal them. Blue: groups; brown: set by a rule.",
    )


def coverage_grid(data: ReportData) -> Grid | None:
    """People by how many rule segments they are in; null where a number would tell too much."""
    rows = sorted(data.coverage.to_dict("records"), key=lambda r: r["rule_segments"])
    if not rows:
        return None
    return Grid(
        ("rule segments a person is in", "share of everybody"),
        tuple((str(r["rule_segments"]), percent_text(r["share"])) for r in rows),
    )


def definitions(data: ReportData) -> tuple[Definition, ...]:
    """The catalogue of features in words; the two of hours are shown as hours."""
    as_of = day_text(data.as_of)
    return tuple(
        Definition(feature_label(f.name), f.meaning.replace("as_of", as_of), f.unit, f.null_means)
        for f in FEATURES
        if f.name not in HOURS
    )


def _flow_words(data: ReportData) -> str:
    return (
        f"The picture of flow shows {data.flow_places} steps of a visit and up to "
        f"{data.flow_steps} different ones at each; the settings report.flow_places and "
        "report.flow_steps change that."
    )
