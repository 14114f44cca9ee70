"""Pictures as text: the same bytes for the same numbers, names in lines that fit."""

import pytest

from desirelines.report.svg import head_of, letters_in, new_figure, style, to_svg, wrapped


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("short", 9, "short"),
        ("bought lately · orders often", 16, "bought lately ·\norders often"),
        ("one very long name", 8, "one very\nlong\nname"),
        ("", 5, ""),
    ],
)
def test_a_name_is_broken_between_its_parts_first(text, width, expected):
    assert wrapped(text, width) == expected


@pytest.mark.parametrize(
    ("pixels", "size", "letters"), [(0, 12, 0), (100, 12, 14), (100, 24, 7), (6.8, 12, 0)]
)
def test_letters_that_certainly_fit(pixels, size, letters):
    assert letters_in(pixels, size) == letters


@pytest.mark.parametrize(
    ("width", "is_slanted"), [(40, True), (63.9, True), (64, False), (200, False)]
)
def test_names_over_narrow_columns_are_slanted(width, is_slanted):
    head = head_of(["bought lately · orders often", "new"], width=width, size=12)
    assert head.is_slanted is is_slanted
    one_line = head_of(["new"], width=width, size=12).height
    assert (head.height > one_line) is (width < 200)  # there both fit on a line


def drawn(name, text):
    with style():
        figure, axes = new_figure(200, 100)
        axes.text(0.5, 0.5, text)
        return to_svg(figure, name=name, label='A "label" <b>')


def test_a_picture_is_the_same_bytes_with_ids_of_its_own():
    one, other = drawn("one", "$x$ <&>"), drawn("other", "$x$ <&>")
    assert one == drawn("one", "$x$ <&>")
    assert one.startswith('<svg role="img" aria-label="A &quot;label&quot; &lt;b&gt;"')
    assert "$x$ &lt;&amp;&gt;" in one
    assert 'id="one-' in one
    assert 'id="one-' not in other
    assert "<style" not in one
