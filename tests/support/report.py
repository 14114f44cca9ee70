"""A report on two clusters with everything, one too small to be reported, and two rules."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from desirelines.catalogue import FEATURES
from desirelines.report.data import ReportData
from desirelines.tables import (
    CLUSTER_TRIALS,
    FUNNEL_STEPS,
    FUNNEL_WEEKS,
    PATH_EDGES,
    PATH_POSITIONS,
    SEGMENT_MOVES,
    SEGMENT_PROFILES,
    SEGMENT_SIZES,
)

SEGMENTS = [
    ("c1", "cluster", "bought lately · orders often (2)", 1200),
    ("c2", "cluster", "seldom here · narrow interests", 793),
    ("c3", "cluster", "wandering · repeating steps", None),
    ("new_buyer", "rule", "New buyers", 144),
    ("lapsed", "rule", "Lapsed buyers", 0),
]
FRAMES = (
    "definitions",
    "sizes",
    "profiles",
    "moves",
    "edges",
    "positions",
    "funnels",
    "weeks",
    "paths",
    "accounts",
    "trials",
)


def report(**changes: Any) -> ReportData:
    """Two clusters with everything, one too small to be reported, two rules."""
    sizes = [
        ("r2", s, n, None if n is None else n / 2000, 25, None, None) for s, _, _, n in SEGMENTS
    ]
    profiles = [
        ("r2", s, f.name, n, n / 2000, n, value, value, sign * (1.6 - 0.1 * place))
        for s, n, value, sign in (("c1", 1200, 95.0, 1), ("c2", 793, 12.0, -1))
        for place, f in enumerate(FEATURES[:12])
    ]  # fmt: skip
    moves = [
        ("r2", "r1", "c1", "c2", 34, 14, 20),
        ("r2", "r1", "new", "c1", 56, 56, 0),
        ("r2", "r1", "c2", "c2", 70, None, None),
    ]
    pairs = (
        ("path_start", "search"),
        ("search", "order_completed"),
        ("order_completed", "path_end"),
    )
    edges = [
        ("r2", "session", s, *pair, 300, 40, 0.1, 0.25, 0.5, 0.7, None, None)
        for s in ("c1", "c2", "all")
        for pair in pairs
    ]
    positions = [
        ("r2", "session", "all", place, step, n, n / 1000)
        for place, step, n in (
            (1, "search", 900),
            (1, "order_completed", 100),
            (2, "path_end", 600),
            (2, "search", 400),
        )
    ]
    funnels = [
        ("r2", "checkout", "all", 1, "cart", "person", 800, 800, 0, 1.0, 1.0, 0.0, 0.0),
        (
            "r2",
            "checkout",
            "all",
            2,
            "order_completed",
            "person",
            300,
            300,
            120,
            300 / 680,
            300 / 680,
            90.0,
            4000.0,
        ),
    ]
    weeks = [
        ("r2", "checkout", "all", week, 2, "order_completed", 150, 150, 0, share, week.day < 20)
        for week, share in ((date(2026, 2, 16), 0.4), (date(2026, 2, 23), 0.6))
    ]
    paths = [(s, ["search", "search", "order_completed"], 321, 0.12) for s in ("c1", "all")]
    accounts = [("web", "used", 900, 90, 1000, 100), ("web", "duplicate", 100, 10, 1000, 100)]
    trials = [
        ("r2", n, "kmeans", k, k, 7, 2000, value, 10.0, 0.1, 0.9, value, 0.01, k == 3, "best")
        for n, (k, value) in enumerate(((2, 0.3), (3, 0.4), (4, None)), 1)
    ]
    data = ReportData(
        title="Segments", run_id="r2", config_hash="c0ffee", as_of=date(2026, 3, 1),
        published_on="2026-03-01", data_through="2026-02-28", people_count=2000,
        previous_run_id="r1", steps_shown=12, places=2, currency="EUR", definitions=pd.DataFrame(
            [(s, k, n, f"rule of {s} before as_of", None, []) for s, k, n, _ in SEGMENTS],
            columns=["segment_id", "kind", "name", "definition", "origin", "derived_from"],
        ),
        sizes=pd.DataFrame(sizes, columns=SEGMENT_SIZES.column_names),
        profiles=pd.DataFrame(profiles, columns=SEGMENT_PROFILES.column_names),
        moves=pd.DataFrame(moves, columns=SEGMENT_MOVES.column_names),
        edges=pd.DataFrame(edges, columns=PATH_EDGES.column_names),
        positions=pd.DataFrame(positions, columns=PATH_POSITIONS.column_names),
        funnels=pd.DataFrame(funnels, columns=FUNNEL_STEPS.column_names),
        weeks=pd.DataFrame(weeks, columns=FUNNEL_WEEKS.column_names),
        paths=pd.DataFrame(paths, columns=["segment_id", "path", "sessions_count", "share"]),
        accounts=pd.DataFrame(
            accounts,
            columns=["source", "fate", "row_count", "run_row_count", "rows_read", "run_rows_read"]
        ),
        trials=pd.DataFrame(trials, columns=CLUSTER_TRIALS.column_names),
        rule_features={"new_buyer": "frequency", "lapsed": "frequency"},
    )  # fmt: skip
    return dataclasses.replace(data, **changes)


def named(name: str) -> ReportData:
    """A report in which every text from outside is `name`."""
    data = report()
    return report(
        title=name, run_id=name, config_hash=name, published_on=name, data_through=name,
        previous_run_id=name,
        definitions=data.definitions.assign(name=name, definition=name, origin="merge",
                                            derived_from=[[name, "c2"]] * len(data.definitions)),
        edges=data.edges.replace({"search": name}),
        positions=data.positions.replace({"search": name}),
        funnels=data.funnels.assign(funnel=name, step=name),
        weeks=data.weeks.assign(funnel=name, step=name),
        paths=data.paths.assign(path=[[name, "search"]] * len(data.paths)),
        moves=data.moves.replace({"c1": name}),
        accounts=data.accounts.assign(source=name),
        trials=data.trials.assign(algorithm=name, verdict=name),
    )  # fmt: skip


def text_of(page: str) -> str:
    """What a reader sees: no tags, no style, spaces as one."""
    page = re.sub(r"<style.*?</style>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def section(page: str, anchor: str) -> str:
    """The text from one heading to the next."""
    return text_of(re.split(r"<h2|<footer", page.split(f'<h2 id="{anchor}"')[1])[0])


class Page(HTMLParser):
    """Collects elements and ids, and that every element which is opened is closed."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Page:
    parser = Page()
    parser.feed(page)
    assert parser.open == []
    return parser
