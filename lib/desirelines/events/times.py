"""When an event happened, by the clocks of device and source, and which times cannot be."""

from __future__ import annotations

from datetime import date, datetime

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.events.instants import within_calendar


def corrected_for_clock(
    occurred: Column, sent: Column, received: Column, clock_minutes: float
) -> Column:
    """Event time corrected for a wrong device clock: received − (sent − occurred).

    Applied where the source gives all three times and the last two are more than `clock_minutes`
    apart; else the event time as it is. A smaller difference can as well be the way of the message:
    of two messages of a device one may wait longer than the other, and correcting each by its own
    wait would change their order.
    Source: Snowplow's derived timestamp, which takes network transit as zero.
    """
    wrong_by = F.unix_micros(received) - F.unix_micros(sent)
    corrected = F.timestamp_micros(F.unix_micros(occurred) + wrong_by)
    is_wrong = F.abs(wrong_by) > F.lit(int(clock_minutes * 60_000_000))
    return F.coalesce(F.when(is_wrong, within_calendar(corrected)), occurred)


def is_late(late_days: float) -> Column:
    """True when received more than `late_days` after it happened.

    Without a received time nothing is late.
    """
    delay = F.unix_micros("received_at") - F.unix_micros("occurred_at")
    return F.coalesce(delay > F.lit(int(late_days * 86_400_000_000)), F.lit(False))


def reasons_of_time(future_minutes: float, floor: date, read_at: datetime) -> list[Column]:
    """Reasons against an event's time.

    It is ahead of when the event was received (or read), or before the floor date.
    """
    now = F.coalesce(F.unix_micros("received_at"), F.lit(int(read_at.timestamp() * 1_000_000)))
    ahead = F.unix_micros("occurred_at") > now + F.lit(int(future_minutes * 60_000_000))
    return [
        F.when(ahead, F.lit("occurred_at: in the future")),
        F.when(
            F.col("occurred_at") < F.lit(floor).cast("timestamp"),
            F.lit(f"occurred_at: before {floor}"),
        ),
    ]
