"""The page: nothing is fetched, nothing breaks it, equal data gives equal bytes."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from desirelines.report.page import render
from tests.support.report import FRAMES, large, named, parsed, report, section, text_of

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
    assert page.count("<script") == 1
    assert not {"img", "iframe", "object", "link"} & set(found.names)
    assert not [a for a, _ in found.attributes if a.startswith("on")]
    assert name in text_of(page)


@pytest.mark.parametrize(
    "name", ["cost $5 or $6 ^_x", 'a id="b" c', "日本語の名前", "x" * 120, "two\nlines", " "]
)
def test_odd_names_break_nothing(name: str) -> None:
    # sizes, differences, moves, search, contacts; flow, graph and rhythm of c1, c2 and all;
    # traits and trend of c1 and c2; funnel and its weeks
    assert parsed(render(named(name))).names.count("svg") == 5 + 9 + 4 + 2


def test_nothing_is_fetched_from_anywhere(page: str) -> None:
    assert set(re.findall(r"https?://[^\s\"'<]*", page)) <= NAMESPACES
    assert not re.search(r"@import|url\((?!#)|<img|<link|data:", page)
    assert all(
        value and value.startswith("#")
        for name, value in parsed(page).attributes
        if name in ("href", "xlink:href", "src")
    )


def test_only_the_page_s_own_script_may_run(page: str) -> None:
    script = page.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page


def test_ids_are_unique_and_what_is_referred_to_is_there(page: str) -> None:
    found = [value for name, value in parsed(page).attributes if name == "id"]
    assert len(found) == len(set(found))
    assert set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", page)) <= set(found)


def test_every_segment_has_a_page_that_the_menu_leads_to(page: str) -> None:
    menu = page.split("<nav")[1].split("</nav>")[0]
    sections = re.findall(r'<section id="([^"]+)"', page)
    assert sections == re.findall(r'href="#([^"]+)"', menu)
    assert sections[:6] == ["overview", *(f"segment-{n}" for n in range(1, 6))]


def test_equal_data_gives_equal_bytes(page: str) -> None:
    data = report()
    backwards = {name: getattr(data, name).iloc[::-1] for name in FRAMES}
    assert page == render(data) == render(report(**backwards))


def test_twenty_groups_fit_in_five_megabytes() -> None:
    data = large(20)
    page = render(data)
    assert page.count('<section id="segment-') == 22
    assert len(page.encode()) < 5_000_000


def test_a_run_with_hardly_anything_still_has_a_page() -> None:
    data = report()
    empty = {
        name: getattr(data, name).iloc[:0]
        for name in FRAMES
        if name not in ("definitions", "sizes")
    }
    page = render(report(**empty, previous_run_id=None, gates={}))
    assert "No group is large enough to be described." in section(page, "apart")
    assert "Nothing was tried in this run" in section(page, "found")
    assert "No checks are recorded" in section(page, "rows")
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


def test_money_is_in_the_currency_of_the_site() -> None:
    page = render(report(currency="USD"))
    assert "reporting currency" not in page
    assert "USD per order" in page


def test_how_far_the_flow_reaches_is_told_with_its_settings(page: str) -> None:
    assert (
        "shows 2 steps of a visit and up to 3 different ones at each; the settings "
        "report.flow_places and report.flow_steps" in section(page, "ways")
    )
    assert "Messages sent to a person are not steps of visits" in section(page, "ways")
