"""The page: nothing is fetched, nothing breaks it, equal data gives equal bytes."""

from __future__ import annotations

import re

import pytest

from desirelines.report.page import render
from tests.support.report import FRAMES, named, parsed, report, section, text_of

NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
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
        "with 1,200 people (60% of everybody). 2 more segments are set by rules, "
        "so a person can be in several." in text
    )
    assert "Everybody is in exactly one group" in text
