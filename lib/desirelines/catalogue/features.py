"""The features of a person, as data: meaning, unit, what null means, and words for segment names.

The column functions are in `features/`. The contract of the table `features` and `docs/features.md`
are generated from this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "purchase",
    "interest",
    "usage",
    "lifecycle",
    "loyalty",
    "channel",
    "occasion",
    "rhythm",
    "path",
    "own",
]
WINDOW, EVER = "the window", "ever"
NO_ORDER, NO_VISIT, NO_STEPS = (
    "no order in the window",
    "no visit in the window",
    "no session of two steps or more",
)
NEVER = "never null"


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about one person as of one date.

    Attributes:
        name: column in `features`, and the column function in `features/` that computes it.
        family: features of a family share one weight in clustering.
        meaning: what is counted, over which rows.
        unit: unit of the number.
        null_means: what a missing value means; it never means zero.
        source: where the formula comes from.
        high: word for a segment in which the feature is high, and above the rest.
        low: word for a segment in which it is low, and below the rest. When: `catalogue/words.py`.
        scale: `log` when the number is skewed and is clustered as log(1 + x), `plain` otherwise.
        window: the days that count: the observation window, all time, or a number of days before
            as_of.
        is_clustered: whether people are clustered by it. Features that say when rather than how, or
            that follow from others, are reported but not used in clustering.
        column: Spark SQL of its value over the table `features`, if there is no column of its name.
        needs, needs_from: people are clustered by it only where the feature `needs` is at least
            `needs_from`; below, it counts as unknown. For means that few events leave to chance.
    """

    name: str
    family: Family
    meaning: str
    unit: str
    null_means: str
    source: str
    high: str
    low: str
    scale: Literal["log", "plain"]
    window: str = WINDOW
    is_clustered: bool = True
    column: str = ""
    needs: str = ""
    needs_from: float = 0.0

    @property
    def sql(self) -> str:
        """Spark SQL of its value over the table `features`."""
        return self.column or self.name

    @property
    def clustered_sql(self) -> str:
        """Spark SQL of the value that people are clustered by; null where too little is known."""
        if not self.needs:
            return self.sql
        return f"CASE WHEN {self.needs} < {self.needs_from!r}D THEN NULL ELSE {self.sql} END"


def own_column(name: str) -> str:
    """Spark SQL of the number in `own_values` with this name; null where there is none."""
    # A name may come from the data. Spark substitutes `${env:HOME}` in SQL, even within quotes.
    quoted = name.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024")
    return f"get(own_values, CAST(array_position(own_names, '{quoted}') AS INT) - 1)"


def _share(
    name: str,
    family: Family,
    meaning: str,
    null_means: str,
    source: str,
    high: str,
    low: str,
    *,
    needs: str = "",
    needs_from: float = 0.0,
) -> Feature:
    return Feature(
        name,
        family,
        meaning,
        "share 0…1",
        null_means,
        source,
        high,
        low,
        "plain",
        needs=needs,
        needs_from=needs_from,
    )


# fmt: off
FEATURES: tuple[Feature, ...] = (
    Feature("recency_days", "purchase", "time from the person's last order to as_of", "days",
            NO_ORDER, "RFM, days since last purchase", "long since an order", "bought lately",
            "log"),
    Feature("frequency", "purchase", "distinct orders in the window", "orders", NEVER,
            "RFM, first purchase included", "orders often", "orders rarely", "log"),
    Feature("monetary", "purchase", "money paid for order lines minus refunds, in the window",
            "reporting currency", "never null: no order means no money", "RFM, net spend",
            "big spenders", "small spenders", "log",
            # log money = log orders + log money per order: in clustering it would repeat "no order"
            # and outweigh all else.
            is_clustered=False),
    Feature("order_value", "purchase", "money paid for order lines / orders",
            "reporting currency per order", NO_ORDER, "average order value", "large orders",
            "small orders", "log"),
    Feature("lines_per_order", "purchase", "lines of orders / orders", "lines per order", NO_ORDER,
            "basket size", "full baskets", "single items", "log"),
    Feature("days_between_orders", "purchase",
            "time from the first order in the window to the last / (orders − 1)", "days",
            "fewer than two orders in the window", "average days between orders",
            "orders far apart", "orders close together", "log"),
    _share("discount_share", "purchase", "discounts / (money paid for order lines + discounts)",
           NO_ORDER, "requirement C2", "discount-driven", "full price"),
    _share("discounted_order_share", "purchase", "orders in sessions with a discount / orders",
           NO_ORDER, "offer waiting, requirement C2", "waiting for offers",
           "buying without offers"),
    _share("refund_share", "purchase", "money refunded / money paid, at most 1",
           "no money was paid in the window", "returns", "sending back",
           "keeping what they buy"),
    _share("look_ahead_share", "purchase",
           "orders of people who looked at a product 24 to 48 hours before / orders", NO_ORDER,
           "requirement A8, last-minute buyers", "looking a day ahead", "buying at once"),
    Feature("hours_to_order", "purchase",
            "median over orders of the time from the first look at a product to the order; looks "
            "count after the previous order and at most 30 days back", "hours",
            "no order with a product view before it", "browsing-to-buying lag, requirement A8",
            "deciding slowly", "deciding quickly", "log", is_clustered=False),
    Feature("steps_per_order", "purchase", "steps of visits / orders", "steps per order", NO_ORDER,
            "length of the path to an order", "long ways to an order", "short ways to an order",
            "log", is_clustered=False),
    Feature("distinct_categories", "interest", "different categories viewed or bought",
            "categories", NEVER, "requirement A7", "wide interests", "narrow interests", "log"),
    _share("top_category_share", "interest",
           "days with the category seen on most days / days with a category, each category counted "
           "once a day", "no category was seen", "category affinity", "one favourite category",
           "no favourite category"),
    _share("cart_without_order_share", "interest",
           "visits with something added to the cart and no order / visits with something added to "
           "the cart", "nothing was added to a cart", "requirement A11", "cart-leaving",
           "cart-completing"),
    _share("cart_visit_share", "interest", "visits with something added to the cart / visits",
           NO_VISIT, "cart rate", "filling carts", "rarely filling carts"),
    _share("product_share", "interest", "product views / steps of visits", NO_VISIT,
           "share of steps by kind", "looking at products", "rarely looking at products"),
    _share("search_share", "interest", "searches / steps of visits", NO_VISIT,
           "share of steps by kind", "searching", "not searching"),
    _share("content_share", "interest", "content played or read / steps of visits", NO_VISIT,
           "share of steps by kind", "watching content", "no content"),
    _share("feature_share", "usage", "uses of features / steps of visits", NO_VISIT,
           "feature adoption, share of steps by kind", "using features", "using no features"),
    Feature("features_used", "usage", "different features used", "features", NEVER,
            "feature breadth", "many features", "few features", "log"),
    _share("help_share", "usage", "visits to help / steps of visits", NO_VISIT,
           "requirement A10, needs training", "asking for help", "needing no help"),
    Feature("sessions_per_week", "usage", "visits / weeks observed within the window",
            "visits per week", NEVER, "requirement A12", "frequent", "seldom here", "log"),
    Feature("active_days", "usage", "days (site zone) with a visit or an order", "days", NEVER,
            "requirement A13", "active on many days", "active on few days", "log"),
    Feature("stickiness", "usage",
            "active days / days of the weeks (Monday to Sunday) with an active day", "share 0…1",
            "not active in the window", "DAU/WAU of one person", "several days in an active week",
            "one day in an active week", "plain", is_clustered=False),
    Feature("engaged_minutes_per_week", "usage",
            "time between the events of visits / weeks observed within the window",
            "minutes per week", NEVER, "engagement level", "much time here", "little time here",
            "log", is_clustered=False),
    Feature("engaged_minutes", "usage",
            "mean over visits of the time between the events of a visit", "minutes per visit",
            "no visit of two events or more", "engaged time without pings: the sum of gaps",
            "long visits", "short visits", "log"),
    Feature("pace_seconds", "usage",
            "time from the first to the last step of visits / steps after the first",
            "seconds per step", "no visit of two steps or more", "mean time on a step", "slow",
            "quick", "log"),
    Feature("days_since_active", "lifecycle", "time from the start of the last session to as_of",
            "days", NEVER, "recency of activity", "long gone", "here lately", "log", EVER,
            is_clustered=False),
    Feature("tenure_days", "lifecycle", "time from the first session ever to as_of", "days", NEVER,
            "first session in the full history", "long known", "newly known", "log", EVER,
            is_clustered=False),
    Feature("regular_days", "lifecycle",
            "active days among the 27 days before the last day before as_of", "days", NEVER,
            "28-day mask, Mozilla data-docs segments", "regular", "infrequent", "plain", "28 days",
            is_clustered=False),
    Feature("activity_change", "lifecycle",
            "log of (visits per day in the last 14 days / visits per day in the 56 days before), "
            "half a visit added to each count", "log ratio",
            "fewer than 8 visits in the 56 days before the last 14",
            "engagement decay: rate of the person compared with their baseline", "coming more",
            "coming less", "plain", "70 days", is_clustered=False),
    Feature("decay_probability", "lifecycle",
            "probability of so few visits in the last 14 days, at the rate of the 56 days before",
            "probability 0…1", "fewer than 8 visits in the 56 days before the last 14",
            "Poisson tail P(X ≤ x); 1 at or above the rate", "as ever", "decaying",
            "plain", "70 days", is_clustered=False),
    Feature("referrals", "loyalty", "recommendations to others", "referrals", NEVER,
            "requirement A9, loyal advocates", "recommending", "not recommending", "log"),
    Feature("support_contacts", "loyalty",
            "support contacts / years observed, at least a quarter of a year", "contacts per year",
            NEVER, "support load", "often with support", "rarely with support", "log"),
    Feature("satisfaction", "loyalty",
            "mean over sessions of the last survey answer in the session", "score 0…10",
            "no survey was answered", "Net Promoter question", "satisfied", "dissatisfied",
            "plain"),
    _share("email_open_share", "channel", "e-mails opened / e-mails sent", "no e-mail was sent",
           "channel response: reached and answered", "opening e-mails", "ignoring e-mails"),
    _share("email_click_share", "channel", "e-mails clicked / e-mails sent", "no e-mail was sent",
           "channel response: reached and answered", "clicking in e-mails",
           "not clicking in e-mails"),
    _share("push_open_share", "channel", "push messages opened / push messages sent",
           "no push message was sent", "channel response: reached and answered",
           "opening push messages", "ignoring push messages"),
    _share("sms_click_share", "channel", "text messages clicked / text messages sent",
           "no text message was sent", "channel response: reached and answered",
           "clicking in text messages", "ignoring text messages"),
    _share("app_share", "channel", "app screens / app screens and site pages",
           "no screen and no page was seen", "web or app", "in the app", "on the web"),
    _share("weekend_share", "rhythm",
           "visits that start on Saturday or Sunday (site zone) / visits", NO_VISIT,
           "requirement A6", "weekend", "weekday", needs="active_days", needs_from=3.0),
    Feature("hour_sin", "rhythm",
            "mean sine of the hour of day (site zone) at which visits start, as an angle", "−1…1",
            NO_VISIT, "circular mean; 6 h is 1, 18 h is −1", "mornings", "evenings", "plain",
            needs="active_days", needs_from=3.0),
    Feature("hour_cos", "rhythm",
            "mean cosine of the hour of day (site zone) at which visits start, as an angle", "−1…1",
            NO_VISIT, "circular mean; midnight is 1, noon is −1", "nights", "middays", "plain",
            needs="active_days", needs_from=3.0),
    Feature("path_entropy", "path",
            "−sum p log2 p over the person's adjacent step pairs within sessions / log2(different "
            "pairs)", "0…1", NO_STEPS, "normalised Shannon entropy; 0 for one pair", "wandering",
            "straight paths", "plain"),
    _share("self_loop_rate", "path",
           "adjacent step pairs that repeat the step / adjacent step pairs", NO_STEPS,
           "counted before repeated steps are merged", "repeating steps", "moving on"),
    _share("backtrack_rate", "path",
           "times the path goes elsewhere and straight back (a, b, a) / steps with two more steps "
           "after them", "no session of three steps or more", "backtracks, requirement A14",
           "going back", "going forward"),
    _share("revisit_rate", "path", "views of a step viewed earlier in the same session / steps",
           "no step in the window", "revisits, requirement A14", "coming round again",
           "each step once"),
    Feature("path_depth", "path", "steps of visits / visits", "steps per visit", NO_VISIT,
            "depth of visit", "deep visits", "shallow visits", "log"),
    Feature("days_to_goal", "path",
            "time from the first session ever to the first step of a kind in features.goal_kinds",
            "days", "the goal was never reached", "time to first goal", "slow to the goal",
            "quick to the goal", "log", EVER, is_clustered=False),
)
# fmt: on
