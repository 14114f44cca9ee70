"""Rows of segments by places: which may be published."""

import pyarrow as pa
import pytest

from desirelines.paths.withholding import withheld


def table(cells):
    rows = [(s, place, n) for s, counts in cells.items() for place, n in enumerate(counts)]
    segment, place, people = zip(*rows, strict=True)
    return pa.table({"segment_id": segment, "place": place, "people": people})


@pytest.mark.parametrize(
    ("cells", "gone"),
    [
        # everybody, and two segments that divide them
        ({"all": [50, 60], "a": [20, 30], "b": [30, 30]}, "......"),
        ({"all": [50, 60], "a": [20, 30], "b": [30, 30], "rule": [25, 20]}, "........"),
        # four of the segment a: with them go a square of the same people
        ({"all": [54, 60], "a": [4, 30], "b": [50, 30]}, "..xxxx"),
        # five of everybody are not in the segment of a rule
        ({"all": [50, 60], "a": [20, 30], "b": [30, 30], "rule": [45, 20]}, "......xx"),
    ],
)
def test_no_number_of_few_people_follows(cells, gone):
    found = withheld(table(cells), "place", people="people", overlapping=["rule"], is_exact=True)
    assert "".join(".x"[int(flag)] for flag in found) == gone


def test_small_cells_of_everybody_are_folded_into_ten():
    cells = {"all": [50, 4, 12], "a": [50, 4, 12]}
    found = withheld(
        table(cells), "place", people="people", overlapping=(), is_exact=True, everybody_first=True
    )
    assert found[:3].tolist() == [False, True, True]  # four go, and with them the next smallest
