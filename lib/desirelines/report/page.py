"""The report: one HTML page that loads nothing else."""

from __future__ import annotations

from functools import partial
from importlib import resources

from jinja2 import Environment, StrictUndefined

from desirelines.report.data import ReportData
from desirelines.report.path_sections import (
    flow_picture,
    funnel_pictures,
    graph_picture,
    places_left_out,
    places_picture,
    week_pictures,
)
from desirelines.report.sections import (
    accounts_of,
    definitions,
    differences_picture,
    fates_of,
    moves_picture,
    search_picture,
    sizes_picture,
    tells_nothing,
    why_moved,
)
from desirelines.report.segment_cards import everybody_card, segment_card
from desirelines.report.segments import (
    absent_rules,
    means_of_others,
    ordered_segments,
    profiles_of,
)
from desirelines.report.summary import one_group_text, summary_of, verdict_of
from desirelines.report.text import day_text, in_currency
from desirelines.report.view_model import Page
from desirelines.tables import SMALL_GROUP, TOO_LITTLE_DATA


def render(data: ReportData) -> str:
    """The page as HTML; equal data gives equal text."""
    template = (
        resources.files("desirelines.report")
        .joinpath("template.html.j2")
        .read_text(encoding="utf-8")
    )
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["in_currency"] = partial(in_currency, currency=data.currency)
    return environment.from_string(template).render(page=page_of(data))


def page_of(data: ReportData) -> Page:
    """The content of the page."""
    segments = ordered_segments(data)
    profiles = profiles_of(data)
    # The only group has no people where all of them have too little data.
    clusters = [s for s in segments if not s.is_rule and s.people != 0]
    absent = absent_rules(segments, profiles, data.rule_features)
    apart = next((s for s in segments if s.segment_id == TOO_LITTLE_DATA and s.people != 0), None)
    rules = [
        s
        for s in segments
        if s.is_rule and s not in absent and (s is apart or s.segment_id != TOO_LITTLE_DATA)
    ]
    names = {s.segment_id: s.name for s in segments}
    others = means_of_others(profiles, clusters)
    cards = {
        s.segment_id: segment_card(s, n, data, profiles, others, names)
        for n, s in enumerate([*clusters, *rules], start=1)
    }
    verdict = verdict_of(data)
    search, trials = search_picture(data)
    return Page(
        title=data.title,
        as_of=day_text(data.as_of),
        data_through=data.data_through,
        published_on=data.published_on,
        run_id=data.run_id,
        config_hash=data.config_hash,
        previous_run_id=data.previous_run_id or "",
        small_group=SMALL_GROUP,
        summary=summary_of(data.people_count, clusters, rules, apart),
        one_group=one_group_text(data, verdict),
        verdict=verdict,
        is_anybody_apart=apart is not None,
        absent_rules=tuple(s.name for s in absent),
        sizes=sizes_picture([*clusters, *rules]),
        everybody=everybody_card(data),
        clusters=tuple(cards[s.segment_id] for s in clusters),
        rules=tuple(cards[s.segment_id] for s in rules),
        flow=flow_picture(data),
        places=places_picture(data),
        places_left_out=places_left_out(data),
        graph=graph_picture(data),
        funnels=funnel_pictures(data),
        weeks=week_pictures(data),
        differences=differences_picture(clusters, profiles, others),
        tells_nothing=tells_nothing(clusters, profiles),
        moves=moves_picture(data, clusters) if data.previous_run_id else None,
        why_moved=why_moved(data),
        search=search,
        trials=trials,
        accounts=accounts_of(data),
        fates=fates_of(data),
        definitions=definitions(data.as_of),
    )
