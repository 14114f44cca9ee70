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
from desirelines.report.segments import Segment, means_of_everybody, ordered_segments, profiles_of
from desirelines.report.text import day_text, in_currency, percent_text
from desirelines.report.view_model import Page
from desirelines.tables import SMALL_GROUP


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
    clusters, rules = [s for s in segments if not s.is_rule], [s for s in segments if s.is_rule]
    names = {s.segment_id: s.name for s in segments}
    profiles = profiles_of(data)
    everybody = means_of_everybody(profiles, clusters)
    cards = {
        s.segment_id: segment_card(s, n, data, profiles, everybody, names)
        for n, s in enumerate(segments, start=1)
    }
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
        summary=summary_of(data.people_count, clusters, rules),
        sizes=sizes_picture(segments),
        everybody=everybody_card(data),
        clusters=tuple(cards[s.segment_id] for s in clusters),
        rules=tuple(cards[s.segment_id] for s in rules),
        flow=flow_picture(data),
        places=places_picture(data),
        places_left_out=places_left_out(data),
        graph=graph_picture(data),
        funnels=funnel_pictures(data),
        weeks=week_pictures(data),
        differences=differences_picture(clusters, profiles, everybody),
        tells_nothing=tells_nothing(clusters, profiles),
        moves=moves_picture(data, clusters) if data.previous_run_id else None,
        why_moved=why_moved(data),
        search=search,
        trials=trials,
        accounts=accounts_of(data),
        fates=fates_of(data),
        definitions=definitions(data.as_of),
    )


def summary_of(people: int, clusters: list[Segment], rules: list[Segment]) -> str:
    """The summary of the page in one or two sentences."""
    who = "person falls" if people == 1 else "people fall"
    sentence = (
        f"{people:,} {who} into {len(clusters)} {'group' if len(clusters) == 1 else 'groups'}"
    )
    largest = next((c for c in clusters if c.people), None)
    if largest is not None and len(clusters) > 1:
        share = percent_text(largest.share)
        sentence += f"; the largest is “{largest.name}” with {largest.people:,.0f} people ({share})"
    if rules:
        what = "segment is" if len(rules) == 1 else "segments are"
        sentence += f". {len(rules)} more {what} set by rules, so a person can be in several"
    return sentence + "."
