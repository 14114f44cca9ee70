"""One execution of a command: its date and its window."""

from datetime import UTC, date, datetime

import pytest

from desirelines.errors import EmptyInputError, SettingsError


def test_the_date_is_the_one_that_is_asked_for_or_the_one_in_the_ledger(second_run):
    assert second_run.as_of == date(2026, 2, 4)
    assert second_run.of("first", None).as_of == date(2026, 1, 29)
    assert second_run.at(date(2026, 1, 20)).as_of == date(2026, 1, 20)
    with pytest.raises(EmptyInputError, match="Run `desirelines ingest-events` first"):
        _ = second_run.of("third", None).as_of


def test_the_window_ends_before_the_date(second_run):
    window = second_run.at(date(2026, 1, 20)).window
    assert window.end == datetime(2026, 1, 20, tzinfo=UTC)
    assert (window.end - window.start).days == second_run.settings.features.window_days


def test_a_run_of_another_name_keeps_what_was_read_and_no_run_has_an_odd_name(second_run):
    second_run.memo["read"] = "once"
    assert second_run.of("third", None).memo["read"] == "once"
    with pytest.raises(SettingsError, match="a run id is 1 to 64 letters"):
        second_run.of("a b", None)
