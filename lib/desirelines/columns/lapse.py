"""When a buyer is lapsed: one definition for labels and for segments."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def is_lapsed(end: Column, lapsed_months: int) -> Column:
    """Whether a buyer is lapsed at `end`, for the journey and for the segment of a rule.

    The last order is more than so many calendar months before, and there were two orders or two
    active weeks ever. Whoever came once and ordered once was never active enough to lapse.
    """
    was_active = (F.col("lifetime_orders") >= 2) | (F.col("active_weeks") >= 2)
    return (
        F.col("last_order_at") < end - F.make_interval(months=F.lit(lapsed_months))
    ) & was_active
