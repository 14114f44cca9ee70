"""The report page: what it must show, what it must not, and that it is always the same."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from desirelines.catalogue import FEATURES
from desirelines.report import text
from desirelines.report.data import ReportData
from desirelines.report.page import render
from desirelines.tables import (
    CLUSTER_TRIALS,
    FATES,
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
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def report(**changes: Any) -> ReportData:
    """Two clusters with everything, one too small to be reported, two rules."""
    sizes = [("r2", s, n, None if n is None else n / 2000, 25, None) for s, _, _, n in SEGMENTS]
    profiles = [
        ("r2", s, f.name, n, n / 2000, n, 4.5, 4.0, sign * (1.6 - 0.1 * place))
        for s, n, sign in (("c1", 1200, 1), ("c2", 793, -1))
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
        previous_run_id="r1", steps_shown=12, definitions=pd.DataFrame(
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


@pytest.fixture(scope="module")
def page() -> str:
    return render(report())


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


SCRIPTS = [
    "<script>alert(1)</script>",
    '"><script src=x onerror=y>',
    "--><script>",
    "</svg><script>",
    "{{ 7*7 }}<script>",
]


@pytest.mark.parametrize("name", SCRIPTS)
def test_names_with_a_script_are_escaped_wherever_they_stand(name: str) -> None:
    page = render(named(name))
    found = parsed(page)
    assert "<script" not in page
    assert not {"script", "img", "iframe", "object", "link"} & set(found.names)
    assert not [a for a, _ in found.attributes if a.startswith("on")]
    assert name in text_of(page)


@pytest.mark.parametrize(
    "name", ["cost $5 or $6 ^_x", 'a id="b" c', "日本語の名前", "x" * 120, "two\nlines", " "]
)
def test_odd_names_break_nothing(name: str) -> None:
    # sizes, differences, moves, search, flow, graph, places, funnel, its weeks;
    # steps of c1, c2 and all
    assert parsed(render(named(name))).names.count("svg") == 9 + 3


def test_every_name_and_size_is_on_the_page(page: str) -> None:
    sizes = section(page, "sizes")
    for _, kind, name, size in SEGMENTS:
        expected = "withheld" if size is None else f"{size:,}"
        assert f"{name} {'rule' if kind == 'rule' else 'group'} {expected} " in sizes


def test_a_count_that_is_null_is_withheld(page: str) -> None:
    assert "wandering · repeating steps group withheld –" in section(page, "sizes")
    assert "wandering · repeating steps number of people withheld" in section(page, "groups")
    assert "came in: 25, left: withheld" in section(page, "groups")


def test_a_small_count_that_slipped_through_is_not_shown() -> None:
    data = report()
    sizes = data.sizes.replace({"people_count": {793: 7}})
    profiles = data.profiles.assign(
        known_count=data.profiles["known_count"].where(data.profiles["segment_id"] != "c2", 7),
        mean=4321.0,
    )
    page = render(report(sizes=sizes, profiles=profiles[profiles["segment_id"] == "c2"]))
    assert "seldom here · narrow interests group withheld –" in section(page, "sizes")
    assert "4,321" not in page


def test_nothing_is_fetched_from_anywhere(page: str) -> None:
    assert set(re.findall(r"https?://[^\s\"'<]*", page)) <= NAMESPACES
    assert not re.search(r"@import|url\((?!#)|<img|<link|data:", page)
    assert all(
        value and value.startswith("#")
        for name, value in parsed(page).attributes
        if name in ("href", "xlink:href", "src")
    )


def test_ids_are_unique_and_what_is_referred_to_is_there(page: str) -> None:
    found = [value for name, value in parsed(page).attributes if name == "id"]
    assert len(found) == len(set(found))
    assert set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", page)) <= set(found)


def test_equal_data_gives_equal_bytes(page: str) -> None:
    data = report()
    backwards = {name: getattr(data, name).iloc[::-1] for name in FRAMES}
    assert page == render(data) == render(report(**backwards))


@pytest.mark.parametrize(
    ("all_time", "this_run", "expected"),
    [
        (1000, 100, "rows read 100 ✓ 1,000 ✓ ✓ The sum is right."),
        (1001, 100, "rows read 100 ✓ 1,001 ✗ ✗ The sum is not the number of rows read."),
        (1000, 99, "rows read 99 ✗ 1,000 ✓ ✗ The sum is not the number of rows read."),
    ],
)
def test_the_sign_is_a_cross_when_sums_differ(all_time: int, this_run: int, expected: str) -> None:
    accounts = report().accounts.assign(rows_read=all_time, run_rows_read=this_run)
    assert expected in section(render(report(accounts=accounts)), "rows")


def test_a_sum_with_nothing_to_compare_with_has_no_sign() -> None:
    text = section(
        render(report(accounts=report().accounts.drop(columns=["rows_read", "run_rows_read"]))),
        "rows",
    )
    assert not {"✓", "✗"} & set(text)
    assert "Not checked" in text


def test_a_card_says_what_tells_its_people_apart(page: str) -> None:
    cards = section(page, "groups")
    assert (
        "long since an order recency days: 4.5 days on average, far above the rest (everybody: 4.5)"
        in cards
    )
    assert "bought lately recency days: 4.5 days on average, far below the rest" in cards
    assert "search ×2 → order completed 12.0% of visits (321)" in cards
    assert "Cohen" not in cards


def test_everybody_is_the_mean_of_the_clusters_by_their_people() -> None:
    profiles = report().profiles
    profiles["mean"] = [10.0 if s == "c1" else 20.0 for s in profiles["segment_id"]]
    expected = (10 * 1200 + 20 * 793) / 1993
    assert f"(everybody: {expected:.1f})" in section(render(report(profiles=profiles)), "groups")


def test_a_rule_is_told_in_words_with_the_day(page: str) -> None:
    expected = "New buyers 144 people · 7.2% of everybody rule of new_buyer before 1 March 2026"
    assert expected in section(page, "rules")


def test_who_moved_or_that_nobody_did(page: str) -> None:
    assert "bought lately · orders often (2) seldom here · narrow interests 34" in section(
        page, "moves"
    )
    assert "new people bought lately · orders often (2) 56" in section(page, "moves")
    none = report().moves.iloc[:0]
    assert "no 10 people or more moved together" in section(render(report(moves=none)), "moves")
    assert "first published run" in section(
        render(report(moves=none, previous_run_id=None)), "moves"
    )


def test_a_run_with_hardly_anything_still_has_a_page() -> None:
    data = report()
    empty = {
        name: getattr(data, name).iloc[:0]
        for name in FRAMES
        if name not in ("definitions", "sizes")
    }
    page = render(report(**empty, previous_run_id=None))
    assert "No group is large enough to be described." in section(page, "apart")
    assert "Nothing was tried in this run" in section(page, "found")
    assert parsed(page).names.count("svg") == 1


def test_the_summary_names_the_largest_group(page: str) -> None:
    text = text_of(page)
    assert (
        "2,000 people fall into 3 groups; the largest is “bought lately · orders often (2)”" in text
    )
    assert (
        "with 1,200 people (60%). 2 more segments are set by rules, so a person can be in several."
        in text
    )


def test_every_fate_has_words() -> None:
    assert set(text.FATE_WORDS) == set(FATES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (text.people_text(None), "withheld"),
        (text.people_text(float("nan")), "withheld"),
        (text.people_text(pd.NA), "withheld"),
        (text.people_text(9), "withheld"),
        (text.people_text(10), "10"),
        (text.people_text(0), "0"),
        (text.count_text(1234567), "1,234,567"),
        (text.percent_text(0.001), "<1%"),
        (text.percent_text(0.0004, 1), "<0.1%"),
        (text.percent_text(0.005, 1), "0.5%"),
        (text.value_text("weekend_share", 0.29), "29%"),
        (text.value_text("monetary", 1234.5, with_unit=True), "1,234 in reporting currency"),
        (text.value_text("monetary", -3.21), "−3.2"),
        (text.value_text("path_entropy", None), "–"),
        (text.seconds_text(59), "59 s"),
        (text.seconds_text(90), "1.5 min"),
        (text.seconds_text(7200), "2.0 h"),
        (text.seconds_text(None), "–"),
        (text.step_text("path_start"), "start"),
        (text.step_text("__other__"), "other steps"),
        (text.step_text("product_viewed"), "product viewed"),
        (text.step_text("/a_b"), "/a_b"),
        (text.shortened("/shop/garden/chairs", 9), "/sho…airs"),
        (text.effect_words(0.2), "about like the rest"),
        (text.effect_words(-0.5), "somewhat below the rest"),
        (text.effect_words(0.9), "well above the rest"),
    ],
)
def test_numbers_and_names_as_people_read_them(text: str, expected: str) -> None:
    assert text == expected


def test_why_people_moved_and_where_a_group_came_from_are_told(page):
    assert "the previous run's model would also have moved 70 people" in section(page, "moves")
    assert "It would not have moved 20 people: the groups were redrawn around them." in section(
        page, "moves"
    )
    untold = report(moves=report().moves.assign(behaviour_count=None, model_count=None))
    assert "redrawn" not in render(untold)
    first = SEGMENTS[0][0]
    for origin, sentence in (
        ("split", "Split off from"),
        ("merge", "Merged from"),
        ("grown", "Grew out of"),
        ("same", ""),
    ):
        definitions = report().definitions
        came = [["gone-1", "gone-2"] if s == first else [] for s in definitions["segment_id"]]
        shown_text = text_of(
            render(report(definitions=definitions.assign(origin=origin, derived_from=came)))
        )
        assert ("gone-1 and gone-2." in shown_text) == bool(sentence)
        assert sentence in shown_text
