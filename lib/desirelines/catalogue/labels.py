"""The labels of a person, as data: each word and the rule by which it is given.

The column functions are in `features/labels.py`; the contract of `person_labels` and `docs/features.md` are made from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """One word about one person as of one date.

    Attributes:
        name: column in `person_labels`, and the column function in `features/labels.py` that makes it.
        meaning: what is told.
        values: the words and their rules, in order.
        null_means: what a missing word says.
        source: where the rule comes from.
    """

    name: str
    meaning: str
    values: dict[str, str]
    null_means: str
    source: str


# fmt: off
LABELS: tuple[Label, ...] = (
    Label("lifecycle_state", "state on the last day before as_of; a day is active by features.key_kinds", {
              "new": "active, for the first time ever",
              "current": "active, and in the 7 days before",
              "reactivated": "active, and last 8 to 30 days before",
              "resurrected": "active, and last more than 30 days before",
              "at_risk_wau": "not active, but in the 7 days before",
              "at_risk_mau": "not active, but 8 to 30 days before",
              "dormant": "not active for more than 30 days"},
          "never active", "seven daily states, Retentioneering to_daily_states"),
    Label("regularity", "active days of the 27 before the last day before as_of (v1)", {
              "new_or_resurrected": "0", "infrequent": "1 to 6", "casual": "7 to 13", "regular": "14 to 20", "core_active": "21 or more"},
          "never active", "Mozilla data-docs, segments"),
    Label("preferred_channel", "where the person is reached and answers", {
              "email": "opens the largest share of what is sent there", "push": "the same of push messages",
              "sms": "clicks the largest share of text messages", "app": "answers no message, and is more in the app than on the site",
              "web": "answers no message, and is on the site"},
          "answers nothing and was on no page or screen", "requirement C6; equal shares: the first of e-mail, push, sms"),
    Label("benefit_sought", "what a buyer looks for: the highest of three ranks among buyers", {
              "price": "rank of the share of discounts", "quality": "rank of the money a line, refunds taken off",
              "ease": "rank of how few steps an order takes", "mixed": "no rank of 0.7 or more that is 0.15 above the second"},
          "no order in the window", "requirement C4"),
    Label("journey_stage", "the last of these that holds", {
              "aware": "active in the last journey.aware_days", "consider": "looked at a product in the last journey.consider_days",
              "intent": "put something in the cart in the last journey.intent_days", "first_purchase": "one order ever",
              "repeat": "two orders or more", "loyal": "journey.loyal_orders or more",
              "at_risk": "no order for journey.at_risk_days", "lapsed": "no order for segments.lapsed_months months"},
          "no order ever and nothing of late", "requirement C5"),
)
# fmt: on
