"""The features of a person, as data: what each means, its unit, what null says, and the words that name a segment by it.

The column functions are in `features/`; the contract of the table `features` and `docs/features.md` are made from here.
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
        name: column in `features`, and the column function in `features/` that makes it.
        family: families share a weight when people are clustered.
        meaning: what is counted, over which rows.
        unit: unit of the number.
        null_means: what a missing value says; it never says zero.
        source: where the formula comes from.
        high: word for a segment in which it is well above the rest.
        low: word for a segment in which it is well below the rest.
        scale: `log` when the number is skewed and is clustered as log(1 + x), `plain` otherwise.
        window: the days it looks at: the window of observation, all time, or a number of days before as_of.
        is_clustered: whether people are grouped by it; what says when rather than how, or follows from others, is told and not
            grouped by.
        column: Spark SQL of its value over the table `features`, where it is no column of its name.
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

    @property
    def sql(self) -> str:
        """Its value over the table `features`."""
        return self.column or self.name


def own_column(name: str) -> str:
    """Spark SQL of a number that stands in `own_values` under a name; null where there is none."""
    # A name may come from the data, and Spark fills in `${env:HOME}` wherever it stands in SQL, in quotes as well.
    quoted = name.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024")
    return f"get(own_values, CAST(array_position(own_names, '{quoted}') AS INT) - 1)"


def _share(
    name: str, family: Family, meaning: str, null_means: str, source: str, high: str, low: str
) -> Feature:
    return Feature(name, family, meaning, "share 0…1", null_means, source, high, low, "plain")


# fmt: off
FEATURES: tuple[Feature, ...] = (
    Feature("recency_days", "purchase", "time from the person's last order to as_of", "days", NO_ORDER,
            "RFM, days since last purchase", "long since an order", "bought lately", "log"),
    Feature("frequency", "purchase", "distinct orders in the window", "orders", NEVER,
            "RFM, first purchase included", "orders often", "orders rarely", "log"),
    Feature("monetary", "purchase", "money paid for order lines less refunds, in the window", "reporting currency",
            "never null: no order is no money", "RFM, net spend", "big spenders", "small spenders", "log",
            # log money = log orders + log money an order: grouped by, it says "no order" a second time and louder than all else.
            is_clustered=False),
    Feature("order_value", "purchase", "money paid for order lines / orders", "reporting currency an order", NO_ORDER,
            "average order value", "large orders", "small orders", "log"),
    Feature("lines_per_order", "purchase", "lines of orders / orders", "lines an order", NO_ORDER,
            "basket size", "full baskets", "single items", "log"),
    Feature("days_between_orders", "purchase", "time from the first order of the window to the last / (orders − 1)", "days",
            "fewer than two orders in the window", "average days between orders", "orders far apart", "orders close together", "log"),
    _share("discount_share", "purchase", "discounts / (money paid for order lines + discounts)", NO_ORDER,
           "requirement C2", "discount-driven", "full price"),
    _share("discounted_order_share", "purchase", "orders in sessions with a discount / orders", NO_ORDER,
           "offer waiting, requirement C2", "waiting for offers", "buying without offers"),
    _share("refund_share", "purchase", "money given back / money paid, at most 1", "no money was paid in the window",
           "returns", "sending back", "keeping what they buy"),
    _share("look_ahead_share", "purchase", "orders whose person looked at a product 24 to 48 hours before / orders", NO_ORDER,
           "requirement A8, last-minute buyers", "looking a day ahead", "buying at once"),
    Feature("hours_to_order", "purchase", "median over orders of the time from the first look at a product, after the order before and at most 30 days, to the order",
            "hours", "no order with a look at a product before it", "browsing-to-buying lag, requirement A8",
            "deciding slowly", "deciding quickly", "log", is_clustered=False),
    Feature("steps_per_order", "purchase", "steps of visits / orders", "steps an order", NO_ORDER,
            "length of the way to an order", "long ways to an order", "short ways to an order", "log", is_clustered=False),
    Feature("distinct_categories", "interest", "different categories viewed or bought", "categories", NEVER,
            "requirement A7", "wide interests", "narrow interests", "log"),
    _share("top_category_share", "interest", "days with the category of most days / days with a category, each category of a day once",
           "no category was seen", "category affinity", "one favourite category", "no favourite category"),
    _share("cart_without_order_share", "interest", "visits with something put in the cart and no order / visits with something put in the cart",
           "nothing was put in a cart", "requirement A11", "cart-leaving", "cart-completing"),
    _share("cart_visit_share", "interest", "visits with something put in the cart / visits", NO_VISIT,
           "cart rate", "filling carts", "rarely filling carts"),
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
    Feature("sessions_per_week", "usage", "visits / weeks observed, at most the window", "visits a week", NEVER,
            "requirement A12", "frequent", "seldom here", "log"),
    Feature("active_days", "usage", "days (site zone) with a visit or an order", "days", NEVER,
            "requirement A13", "active on many days", "active on few days", "log"),
    Feature("stickiness", "usage", "active days / days of the weeks (Monday to Sunday) that have one", "share 0…1", "not active in the window",
            "a person's DAU/WAU", "several days a week", "one day a week", "plain", is_clustered=False),
    Feature("engaged_minutes_per_week", "usage", "time between the events of visits / weeks observed, at most the window", "minutes a week", NEVER,
            "engagement level", "much time here", "little time here", "log", is_clustered=False),
    Feature("engaged_minutes", "usage", "mean over visits of the time between a visit's events", "minutes a visit",
            "no visit of two events or more", "engaged time without pings: sum of gaps", "long visits", "short visits", "log"),
    Feature("pace_seconds", "usage", "time from the first to the last step of visits / steps after the first", "seconds a step",
            "no visit of two steps or more", "mean time on a step", "slow", "quick", "log"),
    Feature("days_since_active", "lifecycle", "time from the last session's begin to as_of", "days", NEVER,
            "recency of activity", "long gone", "here lately", "log", EVER, is_clustered=False),
    Feature("tenure_days", "lifecycle", "time from the first session ever to as_of", "days", NEVER,
            "first seen from full history", "long known", "newly known", "log", EVER, is_clustered=False),
    Feature("regular_days", "lifecycle", "active days of the 27 before the last day before as_of", "days", NEVER,
            "28-day mask, Mozilla data-docs segments", "regular", "irregular", "plain", "28 days", is_clustered=False),
    Feature("activity_change", "lifecycle", "log of visits a day in the last 14 days, half a visit added, over the 56 days before, half a visit added",
            "log ratio", "fewer than 8 visits in the 56 days before the last 14", "engagement decay, own rate against own baseline",
            "coming more", "coming less", "plain", "70 days", is_clustered=False),
    Feature("decay_probability", "lifecycle", "probability of so few visits in the last 14 days at the rate of the 56 days before", "probability 0…1",
            "fewer than 8 visits in the 56 days before the last 14", "Poisson tail P(X ≤ x); 1 at or above the rate",
            "as ever", "decaying", "plain", "70 days", is_clustered=False),
    Feature("referrals", "loyalty", "recommendations to others", "referrals", NEVER,
            "requirement A9, loyal advocates", "recommending", "not recommending", "log"),
    Feature("support_contacts", "loyalty", "contacts with support / years observed, at least a quarter", "contacts a year", NEVER,
            "support load", "often with support", "rarely with support", "log"),
    Feature("satisfaction", "loyalty", "mean of the answers to surveys", "score 0…10", "no survey was answered",
            "Net Promoter question", "satisfied", "dissatisfied", "plain"),
    _share("email_open_share", "channel", "e-mails opened / e-mails sent", "no e-mail was sent",
           "channel response: reached and answered", "opening e-mails", "ignoring e-mails"),
    _share("email_click_share", "channel", "e-mails clicked / e-mails sent", "no e-mail was sent",
           "channel response: reached and answered", "clicking in e-mails", "not clicking in e-mails"),
    _share("push_open_share", "channel", "push messages opened / push messages sent", "no push message was sent",
           "channel response: reached and answered", "opening push messages", "ignoring push messages"),
    _share("sms_click_share", "channel", "text messages clicked / text messages sent", "no text message was sent",
           "channel response: reached and answered", "clicking in text messages", "ignoring text messages"),
    _share("app_share", "channel", "screens of the app / screens of the app and pages of the site", "neither a screen nor a page was seen",
           "web or app", "in the app", "on the web"),
    _share("weekend_share", "rhythm", "visits that start on Saturday or Sunday (site zone) / visits", NO_VISIT,
           "requirement A6", "weekend", "weekday"),
    Feature("hour_sin", "rhythm", "mean sine of the hour of day (site zone) at which visits start, as an angle", "−1…1", NO_VISIT,
            "circular mean; 6 h is 1, 18 h is −1", "mornings", "evenings", "plain"),
    Feature("hour_cos", "rhythm", "mean cosine of the hour of day (site zone) at which visits start, as an angle", "−1…1", NO_VISIT,
            "circular mean; midnight is 1, noon is −1", "nights", "middays", "plain"),
    Feature("path_entropy", "path", "-sum p log2 p over the person's adjacent step pairs inside sessions / log2(different pairs)", "0…1",
            NO_STEPS, "normalised Shannon entropy; 0 for one pair", "wandering", "straight paths", "plain"),
    _share("self_loop_rate", "path", "adjacent step pairs that repeat the step / adjacent step pairs", NO_STEPS,
           "counted before any compaction", "repeating steps", "moving on"),
    _share("backtrack_rate", "path", "steps elsewhere and straight back (a, b, a) / steps that two more follow", "no session of three steps or more",
           "backtracks, requirement A14", "going back", "going forward"),
    _share("revisit_rate", "path", "steps taken before in the same session / steps", "no step in the window",
           "revisits, requirement A14", "coming round again", "each step once"),
    Feature("path_depth", "path", "steps of visits / visits", "steps a visit", NO_VISIT,
            "depth of visit", "deep visits", "shallow visits", "log"),
    Feature("days_to_goal", "path", "time from the first session ever to the first step of a kind in features.goal_kinds", "days",
            "the goal was never reached", "time to first goal", "slow to the goal", "quick to the goal", "log", EVER, is_clustered=False),
)
# fmt: on
