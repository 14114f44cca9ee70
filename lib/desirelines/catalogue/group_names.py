"""Names of groups of people, as data: what a marketer would call those of whom some words are true.

A name stands for claims: a feature, and whether its high or its low word is true of the typical
member (`catalogue/words.py`). How one is chosen: `segments/naming.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

Claim = tuple[str, bool]
"""A feature, and whether it is its high word that is true."""


@dataclass(frozen=True, slots=True)
class GroupName:
    """A name, and the claims that must all be true of a group that has it."""

    text: str
    claims: frozenset[Claim]


# fmt: off
_OF_ONE: dict[str, tuple[str, str]] = {  # the name for the high word, and for the low word
    "recency_days": ("Past customers", "Recent buyers"),
    "frequency": ("Regular buyers", "People who rarely buy"),
    "monetary": ("Big spenders", "Small spenders"),
    "order_value": ("Buyers of large orders", "Buyers of small orders"),
    "lines_per_order": ("Full-basket buyers", "Single-item buyers"),
    "days_between_orders": ("Buyers with long breaks", "Quick reorderers"),
    "discount_share": ("Bargain hunters", "Full-price buyers"),
    "discounted_order_share": ("Buyers who wait for offers", "Buyers without offers"),
    "refund_share": ("Frequent returners", "Buyers who keep what they buy"),
    "look_ahead_share": ("Next-day planners", "Spontaneous buyers"),
    "hours_to_order": ("Slow deciders", "Quick deciders"),
    "steps_per_order": ("Thorough comparers", "Direct buyers"),
    "distinct_categories": ("All-round shoppers", "Specialised shoppers"),
    "top_category_share": ("Fans of one category", "Shoppers without a favourite"),
    "cart_without_order_share": ("Cart abandoners", "Cart finishers"),
    "cart_visit_share": ("Cart fillers", "Lookers without a cart"),
    "product_share": ("Product browsers", "Visitors who skip the products"),
    "search_share": ("Searchers", "Visitors who hardly search"),
    "content_share": ("Content fans", "Visitors who skip the content"),
    "feature_share": ("Power users", "Visitors who skip the features"),
    "features_used": ("Users of many features", "Users of few features"),
    "help_share": ("Help seekers", "Self-reliant visitors"),
    "sessions_per_week": ("Frequent visitors", "Rare visitors"),
    "active_days": ("Steady visitors", "Visitors on a few days"),
    "stickiness": ("Several-days-a-week visitors", "One-day-a-week visitors"),
    "engaged_minutes_per_week": ("Heavy users", "Light users"),
    "engaged_minutes": ("Long-visit browsers", "Short-visit browsers"),
    "pace_seconds": ("Unhurried readers", "Fast clickers"),
    "days_since_active": ("People gone quiet", "Recently active people"),
    "tenure_days": ("Long-known people", "Newcomers"),
    "regular_days": ("Regulars", "Irregular guests"),
    "activity_change": ("Rising activity", "Fading activity"),
    "decay_probability": ("As active as ever", "Drifting away"),
    "referrals": ("Advocates", "People who do not recommend"),
    "support_contacts": ("Support regulars", "People who hardly need support"),
    "satisfaction": ("Satisfied customers", "Dissatisfied customers"),
    "email_open_share": ("E-mail readers", "People who ignore e-mails"),
    "email_click_share": ("E-mail clickers", "People who never click e-mails"),
    "push_open_share": ("Push-message readers", "People who ignore push messages"),
    "sms_click_share": ("Text-message clickers", "People who ignore text messages"),
    "app_share": ("App users", "Web users"),
    "weekend_share": ("Weekend visitors", "Weekday visitors"),
    "path_entropy": ("Wanderers", "Straight-path visitors"),
    "self_loop_rate": ("Step repeaters", "Visitors who keep moving"),
    "backtrack_rate": ("Back-steppers", "Forward-only visitors"),
    "revisit_rate": ("Back-and-forth browsers", "Once-through visitors"),
    "path_depth": ("Deep browsers", "Shallow browsers"),
    "days_to_goal": ("Slow deciders", "Quick deciders"),
}
_OF_SEVERAL: tuple[tuple[str, tuple[str, ...]], ...] = (  # a feature with - stands for its low word
    ("Struggling customers", ("help_share", "support_contacts", "-satisfaction")),
    ("Customers who need help", ("help_share", "support_contacts")),
    ("Struggling customers", ("help_share", "-satisfaction")),
    ("Unhappy support regulars", ("support_contacts", "-satisfaction")),
    ("Researchers who buy rarely", ("search_share", "-frequency")),
    ("Researchers who stopped buying", ("search_share", "recency_days")),
    ("Researchers who leave their carts", ("search_share", "cart_without_order_share")),
    ("Cart fillers who stopped buying", ("cart_visit_share", "recency_days")),
    ("Cart abandoners", ("cart_visit_share", "cart_without_order_share")),
    ("Slow deciders", ("days_to_goal", "steps_per_order")),
    ("Slow deciders", ("hours_to_order", "steps_per_order")),
    ("Impulse buyers", ("-steps_per_order", "-hours_to_order")),
    ("Impulse buyers", ("-steps_per_order", "-look_ahead_share")),
    ("Bargain hunters who read e-mails", ("discount_share", "email_open_share")),
    ("Bargain hunters who wait for offers", ("discount_share", "discounted_order_share")),
    ("Happy advocates", ("referrals", "satisfaction")),
    ("Best customers", ("frequency", "monetary")),
    ("Loyal buyers", ("frequency", "-recency_days")),
    ("Lapsed customers", ("recency_days", "days_since_active")),
    ("New customers", ("-tenure_days", "-recency_days")),
    ("Rare buyers of large orders", ("-frequency", "order_value")),
    ("Big spenders who plan a day ahead", ("look_ahead_share", "monetary")),
    ("Visitors who come for the content", ("content_share", "-product_share")),
    ("Heavy users of the features", ("feature_share", "engaged_minutes_per_week")),
    ("App fans", ("app_share", "push_open_share")),
    ("Weekend browsers", ("weekend_share", "path_depth")),
    ("Fast comparers", ("revisit_rate", "-pace_seconds")),
    ("Comparers of products", ("revisit_rate", "product_share")),
)
VISITORS = {
    "nights": "Night visitors", "mornings": "Morning visitors", "middays": "Midday visitors",
    "afternoons": "Afternoon visitors", "evenings": "Evening visitors",
}
"""Names of those who visit at a part of the day, by the word for it."""
# fmt: on


def _claim(text: str) -> Claim:
    return text.removeprefix("-"), not text.startswith("-")


GROUP_NAMES: tuple[GroupName, ...] = (
    *(GroupName(text, frozenset(map(_claim, claims))) for text, claims in _OF_SEVERAL),
    *(
        GroupName(text, frozenset({(feature, is_high)}))
        for feature, texts in _OF_ONE.items()
        for text, is_high in zip(texts, (True, False), strict=True)
    ),
)
"""All names; those with the same number of claims in the order in which they are preferred."""
