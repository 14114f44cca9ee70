"""Words about a person as of a date: where they stand in their life with the site, what reaches them, what they look for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.catalogue import LABELS, own_column
from desirelines.columns.small_groups import published_cuts
from desirelines.features.window import DAY_US, ObservationWindow
from desirelines.settings.features import Journey
from desirelines.tables import PERSON_LABELS
from desirelines.tables.conform import conform

WEEK, MONTH = 7, 30
REGULARITY = ((0, "new_or_resurrected"), (6, "infrequent"), (13, "casual"), (20, "regular"))
"""Most active days of 27, and the word; above the last it is `core_active`."""
RANKS = 100
LEAST_RANK, LEAST_LEAD = 0.7, 0.15
LEAST_OCCASIONS, LEAST_LIFT = 2, 2.0
DECAY_RATE, DECAY_CHANCE = 0.5, 0.05
MESSAGES = (("email", "email_open_share"), ("push", "push_open_share"), ("sms", "sms_click_share"))
STAGES = tuple(next(label for label in LABELS if label.name == "journey_stage").values)
BEFORE_BUYING, BUYING, SILENT = set(STAGES[:3]), set(STAGES[4:6]), set(STAGES[6:])
ALLOWED_MOVES: Mapping[str, frozenset[str]] = {
    **{stage: frozenset(STAGES) for stage in BEFORE_BUYING},
    "first_purchase": frozenset({"first_purchase"} | BUYING | SILENT),
    "repeat": frozenset(BUYING | SILENT),
    "loyal": frozenset({"loyal"} | SILENT),
    **{stage: frozenset(BUYING | SILENT) for stage in SILENT},
}
"""Stages that can follow a stage: nobody un-buys, orders ever only grow. Nobody bought before `null` either, so all may follow it."""


@dataclass(frozen=True, slots=True)
class BenefitRanks:
    """The hundred cuts of each benefit over buyers; a rank is the share of the cuts that lie below a value."""

    price: tuple[float, ...]
    quality: tuple[float, ...]
    ease: tuple[float, ...]
    buyers: int

    def to_json(self) -> str:
        """Write them for `run_parameters`: null for a cut that has fewer than ten people on a side."""
        shares = [n / RANKS for n in range(RANKS)]
        cuts = {"price": self.price, "quality": self.quality, "ease": self.ease}
        return json.dumps(
            {name: published_cuts(of, shares, self.buyers) for name, of in cuts.items()},
            sort_keys=True,
        )


def benefits() -> dict[str, Column]:
    """What is ranked: the share of discounts; money a line that was not given back; how few steps an order takes."""
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
    """One row per person as of the window's end, as contracted. One join by person with the labels of the date before."""
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
    """State on the last day before as_of."""
    day = F.lit(window.as_of - timedelta(days=1))
    is_active, ago = F.col("last_active_on") == day, F.datediff(day, "active_before_on")
    back = F.when(ago <= WEEK, "current").when(ago <= MONTH, "reactivated").otherwise("resurrected")
    gone = F.when(ago <= WEEK, "at_risk_wau").when(ago <= MONTH, "at_risk_mau").otherwise("dormant")
    return F.when(is_active, F.when(F.col("first_active_on") == day, "new").otherwise(back)).when(
        F.col("last_active_on").isNotNull(), gone
    )


def regularity() -> Column:
    """Word for the active days of the 27 before the last day."""
    days = F.col("regular_days")
    word = reduce(
        lambda told, step: told.when(days <= step[0], step[1]), REGULARITY, F.when(F.lit(False), "")
    )
    return F.when(F.col("last_active_on").isNotNull(), word.otherwise("core_active"))


def is_decaying() -> Column:
    """Half the own rate or less, and too rare to be chance; false where too little is known."""
    half = F.col("activity_change") <= F.ln(F.lit(DECAY_RATE))
    return F.coalesce(half & (F.col("decay_probability") < DECAY_CHANCE), F.lit(False))


def preferred_channel() -> Column:
    """The message that is answered most; without an answer, app or web."""
    shares = [F.coalesce(share, F.lit(0.0)) for _, share in MESSAGES]
    best = F.greatest(*shares)
    answered = reduce(
        lambda told, n: told.when((best > 0) & (shares[n] == best), MESSAGES[n][0]),
        range(len(MESSAGES)),
        F.when(F.lit(False), ""),
    )
    return answered.when(F.col("app_share") > 0.5, "app").when(
        F.col("app_share").isNotNull(), "web"
    )


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
    """The last stage that holds."""
    end = F.timestamp_micros(F.lit(window.end_us))

    def within(at: str, days: int) -> Column:
        return F.col(at) >= F.timestamp_micros(F.lit(window.end_us - days * DAY_US))

    orders, last = F.col("lifetime_orders"), F.col("last_order_at")
    holds = {
        "lapsed": last < end - F.make_interval(months=F.lit(lapsed_months)),
        "at_risk": (orders > 0) & ~within("last_order_at", journey.at_risk_days),
        "loyal": orders >= journey.loyal_orders,
        "repeat": orders >= 2,
        "first_purchase": orders == 1,
        "intent": within("last_cart_at", journey.intent_days),
        "consider": within("last_look_at", journey.consider_days),
        "aware": F.datediff(F.lit(window.as_of), "last_active_on") <= journey.aware_days,
    }
    return reduce(
        lambda told, stage: told.when(holds[stage], stage), holds, F.when(F.lit(False), "")
    )


def is_move_allowed() -> Column:
    """Whether the stage can follow the previous one."""
    came, now = F.col("previous_stage"), F.col("journey_stage")
    moves = [came.isNull(), *((came == a) & now.isin(*sorted(b)) for a, b in ALLOWED_MOVES.items())]
    # Who has not bought may fall back to nothing of late.
    moves.append(came.isin(*sorted(BEFORE_BUYING)) & now.isNull())
    return F.coalesce(
        reduce(lambda one, other: one | other, (F.coalesce(m, F.lit(False)) for m in moves)),
        F.lit(False),
    )


def bought_for(occasions: Sequence[str]) -> Column:
    """Occasions with orders in two or more of them and a lift of two or more."""
    said = [
        F.when(
            (F.expr(own_column(f"{o}_times")) >= LEAST_OCCASIONS)
            & (F.expr(own_column(f"{o}_lift")) >= LEAST_LIFT),
            F.lit(o),
        )
        for o in occasions
    ]
    return F.array_compact(F.array(*said)).cast("array<string>")


def _rank(value: Column, cuts: tuple[float, ...] | None) -> Column:
    """Share of the cuts that lie below the value; null without an order in the window."""
    if cuts is None:
        return F.lit(None).cast("double")
    below = F.size(F.filter(F.array(*(F.lit(c) for c in cuts)), lambda cut: cut < value))
    return F.when(F.col("frequency") > 0, below / F.lit(float(RANKS)))
