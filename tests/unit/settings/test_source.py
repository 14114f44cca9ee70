"""Mappings that contradict themselves."""

import pytest
from pydantic import ValidationError

from tests.support.sources import source


def test_what_makes_no_sense_beside_snapshot_is_refused():
    with pytest.raises(ValidationError, match="leave event_id, identity and lines out"):
        source(snapshot=True)
