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
    SEGMENT_COVERAGE,
    SEGMENT_MOVES,
    SEGMENT_OVERLAP,
    SEGMENT_PROFILES,
    SEGMENT_SCORECARD,
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
    "trend",
    "moves",
    "overlap",
    "coverage",
    "scorecard",
    "attrition",
    "visits",
    "funnels",
    "weeks",
    "accounts",
    "trials",
)
VISITS = [
    ("length", ["1"], 1009),
    ("length", ["2"], 401),
    ("place", ["1", "search"], 907),
    ("place", ["1", "home"], 102),
    ("place", ["2", "order_completed"], 401),
    ("moved", ["1", "search"], 401),
    ("next", ["1", "search", "order_completed"], 401),
    ("next", ["1", "search", "path_end"], 506),
    ("next", ["1", "home", "path_end"], 102),
    ("next", ["2", "order_completed", "path_end"], 401),
    ("path", ["search", "order_completed"], 321),
    ("step", ["search"], 907),
    ("step", ["order_completed"], 401),
    ("step", ["home"], 102),
    ("move", ["path_start", "search"], 907),
    ("move", ["search", "order_completed"], 401),
    ("move", ["search", "path_end"], 506),
    ("move", ["order_completed", "path_end"], 401),
    ("hour", ["1", "9"], 613),
    ("hour", ["6", "20"], 396),
    ("contact", ["email_sent"], 2111),
    ("contact", ["email_opened"], 733),
]
"""Two of three visits search, half of these order; the others end. Nobody takes a third step."""
COUNTED = ["segment_id", "what", "key", "n", "people_count"]
TREND = ["run_id", "as_of", "segment_id", "people_count", "share"]
CONDITIONS = ["segment_id", "number", "condition", "people", "unknown", "left"]


GATES: dict[str, Any] = {
    "batches_that_do_not_add_up": 0,
    "checks": [
        {
            "name": "max_people_drop",
            "value": 0.02,
            "limit": 0.5,
            "is_passed": True,
            "text": "people fell by 2%",
        },
        {
            "name": "max_psi",
            "value": None,
            "limit": 3.0,
            "is_passed": None,
            "text": "nothing to compare with",
        },
    ],
}


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
    visits = [(s, what, key, n, 200) for s in ("c1", "c2", "all") for what, key, n in VISITS]
    trend = [
        (run, date(2026, month, 1), s, n, n / 2000)
        for run, month, sizes_then in (("r1", 2, (1103, 811)), ("r2", 3, (1200, 793)))
        for s, n in zip(("c1", "c2"), sizes_then, strict=True)
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
    overlap = [("r2", "c1", "new_buyer", 60, 0.05, 60 / 144, 0.047)]
    scorecard = [("r2", "c1", 0.97, 0.6, 1.64, "frequency", 0.43, None)]
    attrition = [
        ("new_buyer", 0, "first_order_at within 30 days", 147, 17, 144),
    ]
    accounts = [("web", "used", 900, 90, 1000, 100), ("web", "duplicate", 100, 10, 1000, 100)]
    trials = [
        ("r2", n, "kmeans", k, k, 7, 2000, value, 10.0, 0.1, 0.9, value, 0.01, k == 3, "best")
        for n, (k, value) in enumerate(((2, 0.3), (3, 0.4), (4, None)), 1)
    ]
    data = ReportData(
        title="Segments", run_id="r2", config_hash="c0ffee", as_of=date(2026, 3, 1),
        published_on="2026-03-01", data_through="2026-02-28", people_count=2000,
        previous_run_id="r1", code_version="0.1.0", fresh_until="2026-03-03", steps_shown=8,
        flow_places=2, flow_steps=3, outbound_steps=False, currency="EUR", time_zone="UTC",
        gates=GATES, definitions=pd.DataFrame(
            [(s, k, n, f"rule of {s} before as_of", None, []) for s, k, n, _ in SEGMENTS],
            columns=["segment_id", "kind", "name", "definition", "origin", "derived_from"],
        ),
        sizes=pd.DataFrame(sizes, columns=SEGMENT_SIZES.column_names),
        profiles=pd.DataFrame(profiles, columns=SEGMENT_PROFILES.column_names),
        moves=pd.DataFrame(moves, columns=SEGMENT_MOVES.column_names),
        trend=pd.DataFrame(trend, columns=TREND),
        overlap=pd.DataFrame(overlap, columns=SEGMENT_OVERLAP.column_names),
        coverage=pd.DataFrame([("r2", 0, 0.9), ("r2", 1, 0.1)],
                              columns=SEGMENT_COVERAGE.column_names),
        scorecard=pd.DataFrame(scorecard, columns=SEGMENT_SCORECARD.column_names),
        attrition=pd.DataFrame(attrition, columns=CONDITIONS),
        visits=pd.DataFrame(visits, columns=COUNTED),
        funnels=pd.DataFrame(funnels, columns=FUNNEL_STEPS.column_names),
        weeks=pd.DataFrame(weeks, columns=FUNNEL_WEEKS.column_names),
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
        code_version=name, fresh_until=name, time_zone=name,
        visits=data.visits.assign(
            key=[[name if k == "search" else k for k in key] for key in data.visits["key"]]
        ),
        attrition=data.attrition.assign(condition=name),
        gates={"checks": [GATES["checks"][0] | {"name": name, "text": name}], "forced": name},
        funnels=data.funnels.assign(funnel=name, step=name),
        weeks=data.weeks.assign(funnel=name, step=name),
        moves=data.moves.replace({"c1": name}),
        accounts=data.accounts.assign(source=name),
        trials=data.trials.assign(algorithm=name, verdict=name),
    )  # fmt: skip


def text_of(page: str) -> str:
    """What a reader sees: no tags, no style, no script, spaces as one."""
    page = re.sub(r"<(style|script).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def section(page: str, anchor: str) -> str:
    """The text of one page of the report."""
    return text_of(page.split(f'<section id="{anchor}"')[1].split("</section>")[0])


def large(groups: int) -> ReportData:
    """A report of so many groups, each with everything that the first one has, and two rules."""
    data = report()
    mine = {name: getattr(data, name) for name in FRAMES if name not in ("accounts", "trials")}

    def of_group(frame: pd.DataFrame, n: int) -> pd.DataFrame:
        if "segment_id" not in frame.columns:
            return frame.iloc[:0]
        return frame[frame["segment_id"] == "c1"].assign(segment_id=f"g{n}")

    frames = {
        name: pd.concat([frame, *(of_group(frame, n) for n in range(groups - 3))])
        for name, frame in mine.items()
    }
    ids = list(frames["definitions"]["segment_id"])
    names = [f"a group with a name of its own · number {ids.index(s)}" for s in ids]
    return report(**frames | {"definitions": frames["definitions"].assign(name=names)})


class Page(HTMLParser):
    """Collects elements and ids, and that every element which is opened is closed."""

    VOID = ("meta", "br", "input")

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
