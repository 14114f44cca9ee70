"""Labels of a person as of a date: lifecycle and journey stage, channel, benefit sought."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import LABELS, own_column
from desirelines.columns.lapse import is_lapsed
from desirelines.columns.small_groups import published_cuts
from desirelines.features.window import DAY_US, ObservationWindow
from desirelines.settings.features import Journey
from desirelines.tables import PERSON_LABELS
from desirelines.tables.conform import conform

WEEK, MONTH = 7, 30
REGULARITY = ((0, "new_or_resurrected"), (6, "infrequent"), (13, "casual"), (20, "regular"))
"""Maximum active days of 27, and the label; above the last it is `core_active`."""
RANKS = 100
LEAST_RANK, LEAST_LEAD = 0.7, 0.15
LEAST_OCCASIONS, LEAST_LIFT = 2, 2.0
DECAY_RATE, DECAY_CHANCE = 0.5, 0.05
MESSAGES = (("email", "email_open_share"), ("push", "push_open_share"), ("sms", "sms_click_share"))
STAGES = tuple(next(label for label in LABELS if label.name == "journey_stage").values)
BEFORE_BUYING = {"aware", "consider", "intent"}
BUYING, SILENT = {"repeat", "loyal"}, {"at_risk", "lapsed"}
ALLOWED_MOVES: Mapping[str, frozenset[str]] = {
    **{stage: frozenset(STAGES) for stage in BEFORE_BUYING},
    "first_purchase": frozenset({"first_purchase"} | BUYING | SILENT),
    "repeat": frozenset(BUYING | SILENT),
    "loyal": frozenset({"loyal"} | SILENT),
    **{stage: frozenset(BUYING | SILENT) for stage in SILENT},
}
"""Stages that can follow a stage: nobody un-buys, orders only ever grow.

No stage at all may be followed by any stage, because nobody bought before it.
"""


@dataclass(frozen=True, slots=True)
class BenefitRanks:
    """The hundred cuts of each benefit over buyers.

    A rank is the share of the cuts that lie below a value.
    """

    price: tuple[float, ...]
    quality: tuple[float, ...]
    ease: tuple[float, ...]
    buyers: int

    def to_json(self) -> str:
        """Serialise for `run_parameters`: null for a cut with fewer than ten people on a side."""
        shares = [n / RANKS for n in range(RANKS)]
        cuts = {"price": self.price, "quality": self.quality, "ease": self.ease}
        return json.dumps(
            {name: published_cuts(of, shares, self.buyers) for name, of in cuts.items()},
            sort_keys=True,
        )


def benefits() -> dict[str, Column]:
    """The values that are ranked.

    They are the share of discounts, the money per line that was not refunded, and how few steps an
    order takes.
    """
    kept = 1 - F.coalesce("refund_share", F.lit(0.0))
    return {
        "price": F.coalesce("discount_share", F.lit(0.0)),
        "quality": F.col("order_value") / F.greatest("lines_per_order", F.lit(1.0)) * kept,
        "ease": -F.coalesce("steps_per_order", F.lit(0.0)),
    }


def benefit_ranks(features: DataFrame) -> BenefitRanks | None:
    """Cuts over people with an order in the window; null when there are none. One pass."""
    wanted = F.array(*(F.lit(n / RANKS) for n in range(RANKS)))
    buyers = features.filter("frequency > 0")
    cuts = [F.percentile(value, wanted).alias(name) for name, value in benefits().items()]
    row = buyers.agg(F.count("*").alias("buyers"), *cuts).collect()[0]
    if row["price"] is None:
        return None
    price, quality, ease = (
        tuple(float(v) for v in row[name]) for name in ("price", "quality", "ease")
    )
    return BenefitRanks(price, quality, ease, row["buyers"])


def to_labels(
    features: DataFrame,
    before: DataFrame,
    ranks: BenefitRanks | None,
    window: ObservationWindow,
    journey: Journey,
    *,
    lapsed_months: int,
    occasions: Sequence[str],
    run_id: str,
) -> DataFrame:
    """One row per person as of the window's end, as contracted.

    One join by person with the labels of the date before.
    """
    last = before.select(
        "person_id",
        F.col("journey_stage").alias("previous_stage"),
        F.col("stage_entered_on").alias("_entered"),
        F.lit(True).alias("_was"),
    )
    rows = features.withColumns(
        {
            "lifecycle_state": lifecycle_state(window),
            "regularity": regularity(),
            "preferred_channel": preferred_channel(),
            "journey_stage": journey_stage(window, journey, lapsed_months),
            "is_decaying": is_decaying(),
            "occasions": bought_for(occasions),
            **{
                f"{name}_rank": _rank(value, getattr(ranks, name, None))
                for name, value in benefits().items()
            },
        }
    ).withColumn("benefit_sought", benefit_sought())
    joined = rows.join(last, "person_id", "left")
    stays = F.col("_was") & F.col("journey_stage").eqNullSafe(F.col("previous_stage"))
    return conform(
        joined.withColumns(
            {
                "stage_entered_on": F.when(
                    F.coalesce(stays, F.lit(False)), F.col("_entered")
                ).otherwise(F.lit(window.as_of)),
                "is_move_allowed": is_move_allowed(),
                "run_id": F.lit(run_id),
            }
        ),
        PERSON_LABELS,
    )


def lifecycle_state(window: ObservationWindow) -> Column:
    """Lifecycle state on the last day before as_of."""
    day = F.lit(window.as_of - timedelta(days=1))
    is_active, ago = F.col("last_active_on") == day, F.datediff(day, "active_before_on")
    back = F.when(ago <= WEEK, "current").when(ago <= MONTH, "reactivated").otherwise("resurrected")
    gone = F.when(ago <= WEEK, "at_risk_wau").when(ago <= MONTH, "at_risk_mau").otherwise("dormant")
    return F.when(is_active, F.when(F.col("first_active_on") == day, "new").otherwise(back)).when(
        F.col("last_active_on").isNotNull(), gone
    )


def regularity() -> Column:
    """Label for the number of active days among the 27 before the last day."""
    days = F.col("regular_days")
    label = F.when(F.lit(False), "")
    for most_days, name in REGULARITY:
        label = label.when(days <= most_days, name)
    return F.when(F.col("last_active_on").isNotNull(), label.otherwise("core_active"))


def is_decaying() -> Column:
    """Whether activity fell to half the person's own rate or less, and chance is unlikely.

    False where too few visits are available.
    """
    half = F.col("activity_change") <= F.ln(F.lit(DECAY_RATE))
    return F.coalesce(half & (F.col("decay_probability") < DECAY_CHANCE), F.lit(False))


def preferred_channel() -> Column:
    """The message channel with the highest response; without any response, app or web."""
    shares = [F.coalesce(share, F.lit(0.0)) for _, share in MESSAGES]
    best = F.greatest(*shares)
    channel = F.when(F.lit(False), "")
    for (name, _), share in zip(MESSAGES, shares, strict=True):
        channel = channel.when((best > 0) & (share == best), name)
    return channel.when(F.col("app_share") > 0.5, "app").when(F.col("app_share").isNotNull(), "web")


def benefit_sought() -> Column:
    """The benefit of the highest rank, if it is high and well above the second."""
    names = ("price", "quality", "ease")
    ranks = F.array_sort(
        F.array(
            *(F.struct(F.col(f"{n}_rank").alias("rank"), F.lit(n).alias("name")) for n in names)
        )
    )
    best, second = F.element_at(ranks, -1), F.element_at(ranks, -2)
    is_clear = (best["rank"] >= LEAST_RANK) & (best["rank"] - second["rank"] >= LEAST_LEAD)
    return F.when(
        F.col("price_rank").isNotNull(), F.when(is_clear, best["name"]).otherwise("mixed")
    )


def journey_stage(window: ObservationWindow, journey: Journey, lapsed_months: int) -> Column:
    """The furthest stage whose condition holds."""
    end = F.timestamp_micros(F.lit(window.end_us))

    def within(at: str, days: int) -> Column:
        return F.col(at) >= F.timestamp_micros(F.lit(window.end_us - days * DAY_US))

    orders = F.col("lifetime_orders")
    holds = {
        "lapsed": is_lapsed(end, lapsed_months),
        "at_risk": (orders > 0) & ~within("last_order_at", journey.at_risk_days),
        "loyal": orders >= journey.loyal_orders,
        "repeat": orders >= 2,
        "first_purchase": orders == 1,
        "intent": within("last_cart_at", journey.intent_days),
        "consider": within("last_look_at", journey.consider_days),
        "aware": F.datediff(F.lit(window.as_of), "last_active_on") <= journey.aware_days,
    }
    case = F.when(F.lit(False), "")
    for stage, condition in holds.items():
        case = case.when(condition, stage)
    return case


def is_move_allowed() -> Column:
    """Whether the stage can follow the previous one."""
    previous, now = F.col("previous_stage"), F.col("journey_stage")
    moves = [
        previous.isNull(),
        *((previous == a) & now.isin(*sorted(b)) for a, b in ALLOWED_MOVES.items()),
    ]
    # A person who has not bought may fall back to no stage.
    moves.append(previous.isin(*sorted(BEFORE_BUYING)) & now.isNull())
    return F.coalesce(
        reduce(lambda one, other: one | other, (F.coalesce(m, F.lit(False)) for m in moves)),
        F.lit(False),
    )


def bought_for(occasions: Sequence[str]) -> Column:
    """Occasions with orders on at least two occurrences and a lift of at least two."""
    labels = [
        F.when(
            (F.expr(own_column(f"{o}_times")) >= LEAST_OCCASIONS)
            & (F.expr(own_column(f"{o}_lift")) >= LEAST_LIFT),
            F.lit(o),
        )
        for o in occasions
    ]
    return F.array_compact(F.array(*labels)).cast("array<string>")


def _rank(value: Column, cuts: tuple[float, ...] | None) -> Column:
    """Share of the cuts that lie below the value; null without an order in the window."""
    if cuts is None:
        return F.lit(None).cast("double")
    below = F.size(F.filter(F.array(*(F.lit(c) for c in cuts)), lambda cut: cut < value))
    return F.when(F.col("frequency") > 0, below / F.lit(float(RANKS)))
