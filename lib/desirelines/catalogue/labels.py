"""The labels of a person, as data: each value and the rule that assigns it.

The column functions are in `features/labels.py`. The contract of `person_labels` and
`docs/features.md` are generated from this module.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """One label of one person as of one date.

    Attributes:
        name: column in `person_labels`, and the function in `features/labels.py` that computes it.
        meaning: what the label says.
        values: the values and their rules, in order.
        null_means: what a missing value means.
        source: where the rule comes from.
    """

    name: str
    meaning: str
    values: dict[str, str]
    null_means: str
    source: str


# fmt: off
LABELS: tuple[Label, ...] = (
    Label("lifecycle_state",
          "state on the last day before as_of; features.key_kinds decide which days are active", {
              "new": "active, for the first time ever",
              "current": "active, and active in the 7 days before",
              "reactivated": "active, and last active 8 to 30 days before",
              "resurrected": "active, and last active more than 30 days before",
              "at_risk_wau": "not active, but active in the 7 days before",
              "at_risk_mau": "not active, but active 8 to 30 days before",
              "dormant": "not active for more than 30 days"},
          "never active", "seven daily states, Retentioneering to_daily_states"),
    Label("regularity", "active days among the 27 days before the last day before as_of (v1)", {
              "new_or_resurrected": "0",
              "infrequent": "1 to 6",
              "casual": "7 to 13",
              "regular": "14 to 20",
              "core_active": "21 or more"},
          "never active", "Mozilla data-docs, segments"),
    Label("preferred_channel", "where the person is reached and responds", {
              "email": "opens the largest share of the messages sent there",
              "push": "the same for push messages",
              "sms": "clicks the largest share of text messages",
              "app": "responds to no message, and is more in the app than on the site",
              "web": "responds to no message, and is on the site"},
          "responds to nothing and was on no page or screen",
          "requirement C6; equal shares: the first of e-mail, push, sms"),
    Label("benefit_sought", "what a buyer looks for: the highest of three ranks among buyers", {
              "price": "rank of the discount share",
              "quality": "rank of the money per order line, net of refunds",
              "ease": "rank of how few steps an order takes",
              "mixed": "no rank of 0.7 or more that is 0.15 above the second"},
          "no order in the window", "requirement C4"),
    Label("journey_stage", "the last of these that holds", {
              "aware": "active in the last journey.aware_days",
              "consider": "looked at a product in the last journey.consider_days",
              "intent": "added something to the cart in the last journey.intent_days",
              "first_purchase": "one order ever",
              "repeat": "two orders or more",
              "loyal": "journey.loyal_orders or more",
              "at_risk": "no order for journey.at_risk_days",
              "lapsed": "no order for segments.lapsed_months months, after two orders or active "
                        "weeks"},
          "no order ever and nothing recent", "requirement C5"),
)
# fmt: on
