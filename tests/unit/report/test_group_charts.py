"""Pictures of groups tell what they were given."""

from desirelines.report.group_charts import Bar, Count, Spot, counts, sizes, trend, where_they_lie
from tests.support.report import text_of


def test_bars_tell_sizes_and_what_is_withheld():
    picture = sizes([
        Bar("often here", 1200.0, 0.6, False), Bar("few", None, None, False),
        Bar("New buyers", 144.0, 0.072, True),
    ])  # fmt: skip
    for shown in ("often here", "New buyers", "1,200 · 60.0%", "withheld", "144 · 7.2%"):
        assert shown in text_of(picture)
    assert 'aria-label="New buyers: 144 · 7.2%"' in picture
    assert "--rule" in picture
    assert "--rule" not in sizes([Bar("a", 10.0, 1.0, False)])


def test_counts_have_their_texts():
    assert text_of(counts([Count("e-mails sent", 2111, "2,111")])) == "2,111 e-mails sent"


def test_groups_are_numbered_circles_that_grow_with_their_people():
    small, big = Spot(1, "a", 1.0, 0.5, 100.0), Spot(2, "b", -1.0, -0.5, 900.0)
    picture = where_they_lie([small, big])
    assert text_of(picture) == "1 2"
    assert 'aria-label="2. b: 900 people"' in picture
    assert picture != where_they_lie([big, small])


def test_a_run_without_a_number_has_no_point():
    picture = trend([("1 Feb", 100.0), ("8 Feb", None), ("15 Feb", 140.0)])
    assert picture.count('aria-roledescription="run"') == 2
    assert 'aria-label="15 Feb: 140 people"' in picture
    assert "8 Feb" in text_of(picture)
