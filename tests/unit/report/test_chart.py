"""Charts as text: colours are the page's, nothing in a name ends an expression, bins are whole."""

import altair as alt
import pytest

from desirelines.report.chart import bin_of, colours, labels_of, rows_of, to_svg
from tests.support.report import text_of

NAMES = ['a "quoted" \\ name', "b']; x", "</svg><script>", "日本 \U0001f600"]


def drawn(names=NAMES):
    axis = alt.Axis(labelExpr=labels_of(names), title=None)
    chart = alt.Chart(rows_of([{"n": n, "d": name} for n, name in enumerate(names)])).mark_bar()
    return to_svg(
        chart.encode(
            y=alt.Y("n:O", axis=axis),
            x=alt.value(50),
            fill=alt.Fill("n:N", legend=None, scale=colours(["var(--one)", "red"])),
            description="d:N",
        ),
        width=400,
        height=200,
    )


def test_names_stand_beside_their_rows_as_they_are():
    picture = drawn()
    assert all(name in text_of(picture) for name in (*NAMES[:2], NAMES[3]))
    assert "<script" not in picture
    assert 'aria-label="a &quot;quoted&quot; \\ name"' in picture


def test_equal_charts_are_equal_bytes_in_the_colours_of_the_page():
    assert drawn() == drawn()
    assert 'fill="var(--one)"' in drawn()
    assert 'width="400"' in drawn()


@pytest.mark.parametrize(
    ("value", "expected"), [(-9, 0), (-2, 0), (-0.01, 2), (0.01, 3), (0.9, 4), (2, 5), (9, 5)]
)
def test_values_beyond_the_limits_are_in_the_outer_bins(value, expected):
    assert bin_of(value, (-2, 2), 6) == expected
    assert bin_of(1.0, (0.0, 0.0), 6) == 0
