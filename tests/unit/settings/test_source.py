"""Mappings that contradict themselves."""

import pytest
from pydantic import ValidationError

from tests.support.sources import source


def test_what_makes_no_sense_beside_snapshot_is_refused():
    with pytest.raises(ValidationError, match="leave event_id, identity and lines out"):
        source(snapshot=True)


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_rows_are_erased_from_delta_alone(form):
    assert not source(format="delta").erasable
    assert source(format="delta", erasable=True).erasable
    with pytest.raises(ValidationError, match="erasable: true goes with format: delta"):
        source(format=form, erasable=True)


def test_a_part_of_a_row_is_not_erased():
    lines = {"format": "delta", "lines": "products", "stream": ["user"]}
    assert source(**lines, ids={"user": "u"}, erasable=True).erasable
    with pytest.raises(ValidationError, match="needs identifiers of whole rows"):
        source(**lines, ids={"user": "line.buyer"}, erasable=True)
