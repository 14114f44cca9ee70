"""The rule segments: their definitions in words, and the conditions over a person's features."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.columns.lapse import is_lapsed
from desirelines.settings.model import Segments
from desirelines.tables import TOO_LITTLE_DATA

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class RuleSegment:
    """A segment defined by a condition.

    Attributes:
        segment_id: permanent id.
        name: name shown to people.
        definition: the rule in words, with its numbers.
        condition: true for members; over the columns of `features`.
        is_primary: whether it is the main segment of its members, who are then in no cluster.
        feature: where this feature is 0 or unknown for everybody, the rule cannot apply to anyone;
            empty for a rule that always can.
    """

    segment_id: str
    name: str
    definition: str
    condition: Column
    is_primary: bool = False
    feature: str = ""


def too_little_data(least_active_days: int) -> RuleSegment:
    """The main segment of people with too little data to be grouped."""
    return RuleSegment(
        TOO_LITTLE_DATA,
        "Too little data",
        f"{_active_on_too_few(least_active_days)}: features of the window are "
        "missing, and what lies before it decides only the journey and lapsed",
        F.col("active_days") < least_active_days,
        is_primary=True,
    )


def _active_on_too_few(least_active_days: int) -> str:
    if least_active_days == 1:
        return "active on no day of the window"
    return f"active on fewer than {least_active_days} days of the window"


def rule_segments(settings: Segments, end: Column) -> tuple[RuleSegment, ...]:
    """The three rules, as of `end` (the first moment that no longer counts).

    Null in a condition is no membership.
    """
    return (
        RuleSegment(
            "new_buyer",
            "New buyers",
            f"first order ever in the {settings.new_buyer_days} days before as_of",
            F.col("first_order_at")
            >= F.timestamp_micros(F.unix_micros(end) - F.lit(settings.new_buyer_days * DAY_US)),
            feature="frequency",
        ),
        RuleSegment(
            "lapsed",
            "Lapsed buyers",
            f"last order more than {settings.lapsed_months} months before as_of, "
            "and 2 orders or 2 active weeks ever",
            is_lapsed(end, settings.lapsed_months),
            feature="frequency",
        ),
        RuleSegment(
            "cart_abandoner",
            "Cart abandoners",
            f"put something in the cart in the {settings.cart_abandoner_days} days before as_of "
            f"and did not order within {settings.cart_abandoner_hours} hours",
            F.col("open_cart_at").isNotNull(),
            feature="cart_visit_share",
        ),
    )
