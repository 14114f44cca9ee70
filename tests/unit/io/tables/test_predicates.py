"""Conditions that go to Delta as text."""

from datetime import date

import pytest

from desirelines.errors import ContractError, SettingsError
from desirelines.io.tables.predicates import Predicate, equals, on_or_after
from desirelines.settings.run_ids import checked_run_id


def test_a_condition_is_of_a_column_and_a_value_inside_its_quotes():
    assert equals("run_id", "20260301T020000Z-1a2b3c") == Predicate(
        "run_id = '20260301T020000Z-1a2b3c'"
    )
    assert (
        equals("run_id", "a") & on_or_after("as_of", date(2026, 3, 1))
    ).sql == "run_id = 'a' AND as_of >= '2026-03-01'"
    for value in ("x' OR run_id != 'x", "a\\", 'a"', "a`", "a\nb", "a;b"):
        with pytest.raises(ContractError):
            equals("run_id", value)
    with pytest.raises(ContractError):
        equals("run_id = '' OR run_id", "a")


def test_what_a_run_may_be_called_can_stand_in_a_condition():
    for run_id in ("a", "20260301T020000Z-1a2b3c", "A.b_c-9", "9" * 64):
        assert equals("run_id", checked_run_id(run_id))
    with pytest.raises(SettingsError):
        checked_run_id("a" * 65)
