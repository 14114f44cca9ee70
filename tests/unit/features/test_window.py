from datetime import UTC, date, datetime

from desirelines.features.window import ObservationWindow, midnight


def test_a_window_ends_before_as_of_at_midnight_of_the_site():
    window = ObservationWindow.ending(date(2025, 4, 2), days=7, zone="Europe/Berlin")
    assert window.end == datetime(2025, 4, 1, 22, tzinfo=UTC)  # summer time
    assert window.start == datetime(
        2025, 3, 25, 23, tzinfo=UTC
    )  # before the change: the week is an hour short


def test_midnight_of_the_day_the_clock_is_changed():
    assert midnight(date(2025, 3, 30), "Europe/Berlin") == datetime(2025, 3, 29, 23, tzinfo=UTC)
    assert midnight(date(2025, 10, 26), "Europe/Berlin") == datetime(2025, 10, 25, 22, tzinfo=UTC)
