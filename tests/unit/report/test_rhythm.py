"""When visits start."""

from desirelines.report.rhythm import rhythm_picture, rhythm_words
from desirelines.report.visits import counts_of
from tests.support.report import report


def test_hours_and_weekdays_are_a_heatmap_with_its_table():
    picture = rhythm_picture(counts_of(report(), "all"), "Europe/Berlin")
    assert picture.table.rows == (
        ("Monday", "09:00", "613", "60.8%"), ("Saturday", "20:00", "396", "39.2%"),
    )  # fmt: skip
    assert "Monday, 09:00 to 10:00: 613 visits (60.8% of all)" in picture.svg
    assert "Europe/Berlin" in picture.caption


def test_the_busiest_day_and_hour_are_told_and_that_there_may_be_more():
    assert rhythm_words(counts_of(report(), "all")) == (
        "Most visits start on Monday (61% of all), and between 09:00 and 10:00 (61%)."
    )
    visits = report().visits
    fewer = report(visits=visits[visits["key"].map(tuple) != ("6", "20")])
    assert "Monday (at least 61% of all)" in rhythm_words(counts_of(fewer, "all"))
    assert rhythm_words(counts_of(report(), "c3")) == ""
