"""The features of a person, as data: what each means, its unit, what null says, and the words that name a segment by it.

The column functions are in `features/`; the contract of the table `features` and `docs/features.md` are made from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about one person as of one date.

    Attributes:
        name: column in `features`.
        family: families share a weight when people are clustered.
        meaning: what is counted, over which rows.
        unit: unit of the number.
        null_means: what a missing value says; it never says zero.
        source: where the formula comes from.
        high: word for a segment in which it is well above the rest.
        low: word for a segment in which it is well below the rest.
        scale: `log` when the number is skewed and is clustered as log(1 + x), `plain` otherwise.
    """

    name: str
    family: Literal["purchase", "usage", "rhythm", "interest", "path"]
    meaning: str
    unit: str
    null_means: str
    source: str
    high: str
    low: str
    scale: Literal["log", "plain"]


FEATURES: tuple[Feature, ...] = (
    Feature(
        "recency_days",
        "purchase",
        "time from the person's last order to as_of",
        "days",
        "no order in the window",
        "RFM, days since last purchase",
        "long since an order",
        "bought lately",
        "log",
    ),
    Feature(
        "frequency",
        "purchase",
        "distinct orders in the window",
        "orders",
        "never null",
        "RFM, first purchase included",
        "orders often",
        "orders rarely",
        "log",
    ),
    Feature(
        "monetary",
        "purchase",
        "money paid for order lines less refunds, in the window",
        "reporting currency",
        "never null: no order is no money",
        "RFM, net spend",
        "big spenders",
        "small spenders",
        "log",
    ),
    Feature(
        "discount_share",
        "purchase",
        "discounts / (money paid for order lines + discounts)",
        "share 0…1",
        "no order in the window",
        "requirement C2",
        "discount-driven",
        "full price",
        "plain",
    ),
    Feature(
        "sessions_per_week",
        "usage",
        "visits / weeks observed, at most the window",
        "visits a week",
        "never null",
        "requirement A12",
        "frequent",
        "seldom here",
        "log",
    ),
    Feature(
        "active_days",
        "usage",
        "days (site zone) with a visit or an order",
        "days",
        "never null",
        "requirement A13",
        "active on many days",
        "active on few days",
        "log",
    ),
    Feature(
        "engaged_minutes",
        "usage",
        "mean over visits of the time between a visit's events",
        "minutes a visit",
        "no visit of two events or more",
        "engaged time without pings: sum of gaps",
        "long visits",
        "short visits",
        "log",
    ),
    Feature(
        "weekend_share",
        "rhythm",
        "visits that start on Saturday or Sunday (site zone) / visits",
        "share 0…1",
        "no visit",
        "requirement A6",
        "weekend",
        "weekday",
        "plain",
    ),
    Feature(
        "distinct_categories",
        "interest",
        "different categories viewed or bought",
        "categories",
        "never null",
        "requirement A7",
        "wide interests",
        "narrow interests",
        "log",
    ),
    Feature(
        "path_entropy",
        "path",
        "-sum p log2 p over the person's adjacent step pairs inside sessions / log2(different pairs)",
        "0…1",
        "no session of two steps or more",
        "normalised Shannon entropy; 0 for one pair",
        "wandering",
        "straight paths",
        "plain",
    ),
    Feature(
        "self_loop_rate",
        "path",
        "adjacent step pairs that repeat the step / adjacent step pairs",
        "share 0…1",
        "no session of two steps or more",
        "counted before any compaction",
        "repeating steps",
        "moving on",
        "plain",
    ),
    Feature(
        "cart_without_order_share",
        "interest",
        "visits with something put in the cart and no order / visits with something put in the cart",
        "share 0…1",
        "nothing was put in a cart",
        "requirement A11",
        "cart-leaving",
        "cart-completing",
        "plain",
    ),
)
