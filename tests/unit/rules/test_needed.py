"""What a condition would need for another answer."""

from datetime import UTC, datetime

import pytest

from desirelines.rules.needed import Seen, needed
from desirelines.settings.rule_conditions import (
    Compare,
    Count,
    Counted,
    IsKnown,
    Moment,
    Percentile,
    Span,
    Steps,
)

BOUGHT = Counted("steps", Steps(frozenset({"purchase"})))
DAYS_30, MONTHS_6 = Span(30, "day"), Span(6, "month")
P80 = Percentile(80, "discount_share")
TIMES = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 10, 20)]


@pytest.mark.parametrize(
    ("test", "seen", "is_true", "text"),
    [
        (Compare("frequency", ">=", 3), Seen(False, 1), True, "1 now, at least 3 needed (2 more)"),
        (Compare("frequency", ">=", 3), Seen(True, 4), False, "4 now, less than 3 needed"),
        (Compare("frequency", ">", 3), Seen(True, 4), False, "4 now, at most 3 needed (1 less)"),
        (Compare("frequency", "=", 3), Seen(True, 3), False, "3 now, anything but 3 needed"),
        (Compare("discount_share", ">", P80), Seen(False, 0.5), True,
         "0.5 now, more than 0.75 needed"),
        (Compare("satisfaction", ">=", 9), Seen(None), True, "unknown now, true needed"),
        (IsKnown("satisfaction", True), Seen(False), True, "false now, true needed"),
        # 1 March leaves the window on 31 March: until then the three count.
        (Count(BOUGHT, 5, None, DAYS_30), Seen(False, 3, TIMES), True,
         "3 now, 2 more needed before 2026-03-31"),
        (Count(BOUGHT, 2, None, DAYS_30), Seen(False, 0), True,
         "0 now, 2 more needed within 30 days"),
        (Count(BOUGHT, 2, None, None), Seen(False, 0), True, "0 now, 2 more needed"),
        (Count(BOUGHT, None, 0, DAYS_30), Seen(False, 3, TIMES), True,
         "3 now, at most 0 needed: so on 2026-04-19, if none is added"),
        (Count(BOUGHT, 2, None, DAYS_30), Seen(True, 3, TIMES), False,
         "3 now, at most 1 needed: so on 2026-04-09, if none is added"),
        (Count(BOUGHT, None, 0, DAYS_30), Seen(True, 0), False,
         "0 now, 1 more needed within 30 days"),
        (Count(BOUGHT, None, 0, DAYS_30), Seen(None, 0), True,
         "0 now, and the person was not seen in the whole window"),
        (Moment("first_order_at", DAYS_30), Seen(True, TIMES[0]), False,
         "2026-03-01 now: out of the window on 2026-03-31"),
        (Moment("last_order_at", MONTHS_6, is_before=True), Seen(False, TIMES[0]), True,
         "2026-03-01 now: long enough ago on 2026-09-01, if no later one comes"),
        (Moment("last_order_at", MONTHS_6, is_before=True), Seen(True, TIMES[0]), False,
         "2026-03-01 now, a later one needed"),
        (Moment("last_order_at", MONTHS_6, is_before=True), Seen(False), True,
         "false now, true needed"),
    ],
)  # fmt: skip
def test_numbers_and_dates_say_what_is_missing(test, seen, is_true, text):
    assert needed(test, seen, is_true=is_true, percentiles={P80: 0.75}) == text


def test_a_count_that_is_too_high_or_too_low_takes_the_nearer_way_out():
    between = Count(BOUGHT, 2, 9, None)
    assert needed(between, Seen(True, 3), is_true=False, percentiles={}) == (
        "3 now, at most 1 needed"
    )
    assert needed(between, Seen(True, 9), is_true=False, percentiles={}) == "9 now, 1 more needed"
