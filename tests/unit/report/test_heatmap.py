"""Heatmaps: names beside and above, a number in every known cell."""

from desirelines.report.heatmap import Cell, Look, heatmap
from tests.support.report import text_of

CELLS = [
    Cell(0, 0, 1.5, "+1.5", "often here, orders: +1.5"),
    Cell(1, 1, None, "–", "seldom here, carts: not known"),
]


def drawn(cells=CELLS, **look):
    return heatmap(["orders", "carts"], ["same", "same"], cells, Look((-2, 2), **look))


def test_a_cell_has_its_text_and_its_description_and_others_are_blank():
    picture = drawn(is_split=True)
    assert sorted(text_of(picture).split()) == ["+1.5", "carts", "orders", "same", "same", "–"]
    assert 'aria-label="often here, orders: +1.5"' in picture
    assert picture.count('aria-roledescription="cell"') == 2


def test_few_columns_are_no_wider_than_they_need() -> None:
    assert 'width="560"' in drawn()
    columns = [str(n) for n in range(20)]
    assert 'width="1000"' in heatmap(["a"], columns, [], Look((0, 1)))


def test_below_and_above_have_other_colours_and_the_unknown_has_none_of_them():
    above, below = (
        drawn([Cell(0, 0, value, "", "x")], is_split=True, text_size=0) for value in (1.9, -1.9)
    )
    assert "--d6" in above
    assert "--d0" in below
    assert "--soft" in drawn([Cell(0, 0, None, "", "x")], is_split=True)
    assert "--r6" in drawn([Cell(0, 0, 2.0, "", "x")])
