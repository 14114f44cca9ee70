"""The report as people meet it: on a phone and on a desk, light and dark, by keyboard, on paper."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

WIDTHS = (390, 1440)
FOCUSED = "document.activeElement"


def sections(file: Path) -> list[str]:
    return re.findall(r'<section id="([^"]+)"', file.read_text(encoding="utf-8"))


@pytest.fixture
def opened(browser: Any, file: Path):
    """Opens the report and collects what its console says."""
    pages, said = [], []

    def open_at(anchor: str = "overview", width: int = 1440, scheme: str = "light", **more: Any):
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **more
        )
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url)
                if not request.url.startswith("file:") else None)  # fmt: skip
        page.goto(f"{file.as_uri()}#{anchor}")
        pages.append(page)
        return page

    yield open_at
    for page in pages:
        page.close()
    assert said == [], "the console is silent, and nothing is fetched"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("has_script", [True, False])
def test_no_page_is_wider_than_the_screen(opened, file, width, has_script):
    page = opened(width=width, java_script_enabled=has_script)
    if not has_script:
        assert page.locator("main > section:visible").count() == len(sections(file))
        box = page.locator("body").bounding_box()
        assert box["width"] <= width
        return
    for anchor in sections(file):
        page.evaluate(f"location.hash = '{anchor}'")
        page.wait_for_selector(f"#{anchor}:not([hidden])")
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true; })")
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), anchor


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(opened, file, width, scheme):
    page = opened(width=width, scheme=scheme)
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    # The page's own policy forbids other scripts; the debugger may still run one.
    page.evaluate(axe)
    # Pages that other groups have too are looked at once.
    alike = {f"segment-{n}" for n in (2, 4, 5, 6, 8)}
    for anchor in [s for s in sections(file) if s not in alike]:
        page.evaluate(f"location.hash = '{anchor}'")
        page.wait_for_selector(f"#{anchor}:not([hidden])")
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true; })")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found]
        assert told == [], anchor


def test_one_page_is_shown_at_a_time_and_the_menu_says_which(opened):
    page = opened()
    assert page.locator("main > section:visible").count() == 1
    page.get_by_role("link", name="Data quality").click()
    assert page.evaluate(f"{FOCUSED}.textContent") == "Data quality"
    assert page.locator("main > section:visible").get_attribute("id") == "rows"
    assert page.locator("nav a[aria-current]").get_attribute("href") == "#rows"
    page.go_back()
    assert page.locator("main > section:visible").get_attribute("id") == "overview"


def test_the_first_tab_skips_the_menu(opened):
    page = opened("")
    page.locator("body").press("Tab")
    assert page.evaluate(f"{FOCUSED}.textContent") == "Skip to the content"


def test_a_mark_says_its_numbers_on_hover_and_on_focus(opened):
    page = opened("ways")
    mark = page.locator("#ways [aria-roledescription=step]").first
    mark.hover()
    label = mark.get_attribute("aria-label")
    assert page.locator(".value").inner_text() == label
    page.mouse.move(0, 0)
    assert not page.locator(".value").is_visible()
    bars = page.locator("#ways [aria-roledescription=bar]")
    bars.first.focus()
    assert page.locator(".value").inner_text() == bars.first.get_attribute("aria-label")
    page.keyboard.press("ArrowDown")
    assert page.locator(".value").inner_text() == bars.nth(1).get_attribute("aria-label")
    page.keyboard.press("Escape")
    assert not page.locator(".value").is_visible()


def test_a_table_sorts_by_keyboard_with_numbers_as_numbers_and_the_unknown_last(opened):
    page = opened()
    page.locator("#overview summary", has_text="The numbers as a table").first.click()
    table = page.locator("#overview table.sortable").first
    head = table.locator("th[scope=col]").nth(2)
    head.locator("button").press("Enter")

    def people() -> list[str]:
        return table.locator("tbody tr td:nth-child(3)").all_inner_texts()

    assert head.get_attribute("aria-sort") == "descending"
    assert people() == [*["1,200"] * 4, "793", "144", "0", "withheld"]
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert people() == ["0", "144", "793", *["1,200"] * 4, "withheld"]


def test_two_segments_stand_side_by_side(opened):
    page = opened("compare")
    heads = page.locator("#comparison thead th:visible")
    assert heads.count() == 3
    page.locator("#choice select").nth(1).select_option(index=6)
    assert heads.nth(2).inner_text() == page.locator("#comparison thead th").nth(7).inner_text()
    people = page.locator("#comparison tbody tr").first.locator("td:visible")
    assert people.all_inner_texts() == ["1,200", "144"]


def test_every_page_is_printed(opened, file):
    page = opened(width=1440)
    pages = page.pdf(format="A4").count(b"/Type /Page\n")
    assert pages >= len(sections(file))
    page.emulate_media(media="print")
    assert page.locator("main > section:visible").count() == len(sections(file))
    assert not page.locator("nav").is_visible()


def test_dark_and_light_have_other_colours_of_the_same_picture(opened):
    colours = []
    for scheme in ("light", "dark"):
        page = opened(scheme=scheme)
        bar = page.locator("#overview [aria-roledescription=bar]").first
        colours.append(
            (
                page.evaluate("getComputedStyle(document.body).backgroundColor"),
                bar.evaluate("e => getComputedStyle(e).fill"),
                bar.get_attribute("fill"),
            )
        )
    (light, bar, fill), (dark, dark_bar, dark_fill) = colours
    assert light != dark
    assert bar != dark_bar
    assert fill == dark_fill
