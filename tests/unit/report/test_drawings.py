"""Pictures for a notebook: those of the page, each with its numbers, and nothing is fetched."""

import re

import pytest

from desirelines.errors import SettingsError
from desirelines.report.drawings import Drawings
from tests.support.report import named, parsed, report, text_of

OF_EVERYBODY = ("segments", "groups", "differences", "search", "moves")
OF_A_SEGMENT = ("flow", "steps", "hours", "traits", "trend")


def every_drawing(data):
    drawings = Drawings(data)
    yield from ((name, getattr(drawings, name)()) for name in OF_EVERYBODY)
    yield from ((name, getattr(drawings, name)("c1")) for name in OF_A_SEGMENT)
    yield "funnels", drawings.funnels("all")


def test_every_picture_is_on_the_page_too(page):
    drawn = dict(every_drawing(report()))
    assert [name for name, drawing in drawn.items() if not drawing.pictures] == ["groups"]
    for name, drawing in drawn.items():
        assert [p.title for p in drawing.pictures if p.svg not in page] == [], name


def test_a_drawing_shows_its_numbers_and_loads_nothing():
    html = Drawings(report()).flow("all")._repr_html_()
    assert "search 907 89.9%" in text_of(html).replace("order completed 401 ", "")
    for _, drawing in every_drawing(named('"><script src=x onerror=y>')):
        found = parsed(drawing._repr_html_())
        assert not {"script", "img", "iframe", "link", "style"} & set(found.names)
        assert not re.search(r"@import|url\((?!#)", drawing._repr_html_())


def test_where_nothing_can_be_drawn_a_sentence_says_why():
    assert (
        "Three groups with published figures are the least"
        in Drawings(report()).groups()._repr_html_()
    )
    assert "too few people" in Drawings(report()).flow("c3")._repr_html_()
    alone = Drawings(report(previous_run_id=None)).moves()
    assert (alone.pictures, alone.if_none) == (
        (),
        "There is no earlier published run, or nobody moved.",
    )


def test_a_segment_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(SettingsError, match=r"'lapsd'.*did you mean 'lapsed'"):
        Drawings(report()).flow("lapsd")


def test_a_drawing_is_saved_as_a_file_that_stands_alone(tmp_path):
    drawing = Drawings(report()).segments()
    text = drawing.save(tmp_path / "sizes.html").read_text()
    assert text == f"<!DOCTYPE html>\n{drawing._repr_html_()}"
