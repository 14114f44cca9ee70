"""The map from scores to segments of customers."""

from itertools import product

import pytest
from pydantic import ValidationError

from desirelines.settings.rfm import SHIPPED, Rfm, cells


def test_the_shipped_map_has_every_cell_and_every_segment_has_a_cell():
    found = cells(Rfm())
    assert set(found) == set(product(range(1, 6), repeat=3))
    assert set(found.values()) == {s.name for s in SHIPPED}
    assert found[4, 1, 1] == "new"  # bought lately, once
    assert "lost" not in found[4, 4, 1]


def test_a_map_with_holes_is_refused_unless_it_names_a_fallback():
    one = [{"name": "best", "recency": [4, 5]}]
    with pytest.raises(ValidationError, match=r"75 of 125 cells are in none \(1-1-1, "):
        Rfm(segments=one)
    assert cells(Rfm(segments=one, fallback="others"))[1, 1, 1] == "others"
