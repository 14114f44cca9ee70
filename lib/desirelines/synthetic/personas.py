"""The ten personas as data: how often, when, how long, on which paths and with which basket."""

from __future__ import annotations

from dataclasses import dataclass, fields

from pyspark.sql import Column
from pyspark.sql import functions as F

SLOTS = 50
"""A row of a grammar has 50 letters; a letter's share of them is its probability."""

STATES = "^HSVCFQI"
"""Start, page view, search, product view, content, feature, help, referral.

A grammar has one row per state, in this order.
"""


@dataclass(frozen=True)
class Persona:
    """The typical values of a persona; each person draws their own around them (see `people`)."""

    name: str
    share: float
    visits_a_week: float
    trend: float
    """Log of the visit rate's change from the first day to the last."""
    weekend_share: float
    evening: float
    """Share of visits in the last third of the day."""
    pace_seconds: float
    """Between two clicks of a visit."""
    stop: float
    """Probability that a click is the last one."""
    dwell: float
    """Probability of doing the same again."""
    wander: float
    """Probability of leaving the grammar for any state at all."""
    categories: float
    orders_a_year: float
    """In addition to the certain one."""
    order_place: float
    """Where everybody's one certain order is between first and last day (0 … 1); others are
    anywhere."""
    carts_a_year: float
    """Visits that fill a cart and leave it."""
    lines: float
    price_tier: float
    """From 0, the cheapest, to 39, the dearest product of a category."""
    discount_habit: float
    """Share of orders with a discount."""
    discount_depth: float
    looks_ahead: float
    """Share of orders whose products were looked at 24 to 48 hours before."""
    opens: float
    """Share of mails opened."""
    tickets_a_year: float
    nps: float
    leaves: bool
    grammar: str


def _row(shares: str) -> str:
    """Expand `'H20 V30'` to twenty H and thirty V."""
    row = "".join(part[0] * int(part[1:]) for part in shares.split())
    if len(row) != SLOTS:
        raise ValueError(f"a row of a grammar has {SLOTS} letters; {shares!r} has {len(row)}")
    return row


def _grammar(
    start: str,
    page: str,
    search: str,
    product: str,
    content: str,
    feature: str,
    ask: str,
    refer: str,
) -> str:
    """The rows of a transition matrix, in the order of `STATES`.

    The probability of staying in a state is `Persona.dwell`, not part of the matrix.
    """
    return "".join(map(_row, (start, page, search, product, content, feature, ask, refer)))


_VIEWING = _grammar(
    "C38 H12", "C44 S3 V3", "C40 V10", "C40 H10", "H46 V2 S2", "C45 H5", "H45 C5", "C45 H5"
)
_SHOPPING = _grammar(
    "H20 S20 V10",
    "S15 V25 C10",
    "V38 H12",
    "S18 H22 F10",
    "H30 V20",
    "V25 H25",
    "H25 V25",
    "H35 V15",
)
_ADVISING = _grammar(
    "H35 V10 C5",
    "V30 C9 I6 F5",
    "V43 H7",
    "H31 I7 C8 S4",
    "V20 H21 I6 S3",
    "H38 V12",
    "H40 F10",
    "H33 C14 V3",
)
_LEISURELY = _grammar(
    "H44 V6", "V46 C2 S2", "V47 H3", "H47 C2 S1", "V45 H5", "V25 H25", "H25 V25", "H35 V15"
)
_COMPARING = _grammar(
    "S44 H3 V3", "S45 V5", "V47 H3", "S45 H4 C1", "S45 V5", "S45 H5", "S45 V5", "S45 H5"
)
_WORKING = _grammar(
    "F38 H7 S5",
    "F38 S7 C5",
    "F36 H8 V6",
    "F40 H10",
    "F40 H10",
    "H36 S7 C4 Q2 V1",
    "F42 H8",
    "F42 H8",
)
_STRUGGLING = _grammar(
    "H25 F15 Q10",
    "Q18 F20 S12",
    "Q20 H15 F10 V5",
    "H25 Q15 S10",
    "F20 H15 Q15",
    "Q28 H15 S7",
    "F22 H16 S12",
    "H30 Q20",
)
_SEEKING = _grammar(
    "S30 H10 V10", "V25 S25", "V42 H8", "S32 H13 C5", "S25 V25", "S25 H25", "H25 V25", "H25 S25"
)


PERSONAS: tuple[Persona, ...] = (
    Persona(
        name="weekend_binge_watcher",
        share=0.11,
        leaves=False,
        visits_a_week=0.189,
        trend=0.1,
        weekend_share=0.49,
        evening=0.7,
        pace_seconds=62.0,
        stop=0.26,
        dwell=0.15,
        wander=0.06,
        grammar=_VIEWING,
        orders_a_year=1.01,
        order_place=0.46,
        carts_a_year=1.26,
        looks_ahead=0.0,
        categories=6.0,
        lines=1.6,
        price_tier=16.6,
        discount_habit=0.75,
        discount_depth=0.081,
        opens=0.25,
        tickets_a_year=0.3,
        nps=8.0,
    ),
    Persona(
        name="last_minute_buyer",
        share=0.1,
        leaves=False,
        visits_a_week=0.05,
        trend=0.0,
        weekend_share=0.23,
        evening=0.5,
        pace_seconds=29.0,
        stop=0.26,
        dwell=0.15,
        wander=0.4,
        grammar=_SHOPPING,
        orders_a_year=4.36,
        order_place=0.76,
        carts_a_year=2.85,
        looks_ahead=0.7,
        categories=5.2,
        lines=1.6,
        price_tier=20.8,
        discount_habit=0.75,
        discount_depth=0.219,
        opens=0.15,
        tickets_a_year=0.5,
        nps=7.0,
    ),
    Persona(
        name="loyal_advocate",
        share=0.09,
        leaves=False,
        visits_a_week=0.279,
        trend=0.2,
        weekend_share=0.47,
        evening=0.4,
        pace_seconds=62.0,
        stop=0.26,
        dwell=0.15,
        wander=0.2,
        grammar=_ADVISING,
        orders_a_year=3.82,
        order_place=0.76,
        carts_a_year=2.57,
        looks_ahead=0.1,
        categories=7.7,
        lines=1.6,
        price_tier=14.5,
        discount_habit=0.75,
        discount_depth=0.081,
        opens=0.6,
        tickets_a_year=0.8,
        nps=9.5,
    ),
    Persona(
        name="high_value_shopper",
        share=0.08,
        leaves=False,
        visits_a_week=0.06,
        trend=0.0,
        weekend_share=0.47,
        evening=0.45,
        pace_seconds=21.0,
        stop=0.19,
        dwell=0.32,
        wander=0.06,
        grammar=_LEISURELY,
        orders_a_year=4.36,
        order_place=0.74,
        carts_a_year=2.85,
        looks_ahead=0.1,
        categories=7.7,
        lines=1.6,
        price_tier=21.5,
        discount_habit=0.75,
        discount_depth=0.081,
        opens=0.35,
        tickets_a_year=0.7,
        nps=8.5,
    ),
    Persona(
        name="cart_abandoner",
        share=0.13,
        leaves=False,
        visits_a_week=0.298,
        trend=-0.1,
        weekend_share=0.23,
        evening=0.55,
        pace_seconds=36.0,
        stop=0.26,
        dwell=0.14,
        wander=0.33,
        grammar=_SEEKING,
        orders_a_year=1.01,
        order_place=0.83,
        carts_a_year=4.77,
        looks_ahead=0.05,
        categories=5.2,
        lines=1.6,
        price_tier=18.0,
        discount_habit=0.75,
        discount_depth=0.219,
        opens=0.3,
        tickets_a_year=0.6,
        nps=6.5,
    ),
    Persona(
        name="tire_kicker",
        share=0.13,
        leaves=False,
        visits_a_week=0.367,
        trend=-0.2,
        weekend_share=0.47,
        evening=0.5,
        pace_seconds=36.0,
        stop=0.26,
        dwell=0.28,
        wander=0.21,
        grammar=_COMPARING,
        orders_a_year=1.01,
        order_place=0.39,
        carts_a_year=1.16,
        looks_ahead=0.05,
        categories=7.8,
        lines=1.6,
        price_tier=18.7,
        discount_habit=0.75,
        discount_depth=0.219,
        opens=0.2,
        tickets_a_year=0.2,
        nps=6.5,
    ),
    Persona(
        name="power_user",
        share=0.08,
        leaves=False,
        visits_a_week=0.133,
        trend=0.3,
        weekend_share=0.25,
        evening=0.25,
        pace_seconds=54.0,
        stop=0.26,
        dwell=0.42,
        wander=0.31,
        grammar=_WORKING,
        orders_a_year=3.63,
        order_place=0.83,
        carts_a_year=9.31,
        looks_ahead=0.05,
        categories=5.5,
        lines=1.6,
        price_tier=18.0,
        discount_habit=0.75,
        discount_depth=0.095,
        opens=0.3,
        tickets_a_year=1.0,
        nps=8.5,
    ),
    Persona(
        name="needs_training",
        share=0.1,
        leaves=False,
        visits_a_week=0.092,
        trend=-0.3,
        weekend_share=0.23,
        evening=0.3,
        pace_seconds=58.0,
        stop=0.26,
        dwell=0.39,
        wander=0.33,
        grammar=_STRUGGLING,
        orders_a_year=1.01,
        order_place=0.44,
        carts_a_year=4.77,
        looks_ahead=0.05,
        categories=9.2,
        lines=1.6,
        price_tier=22.9,
        discount_habit=0.75,
        discount_depth=0.219,
        opens=0.3,
        tickets_a_year=2.5,
        nps=5.0,
    ),
    Persona(
        name="deal_hunter",
        share=0.1,
        leaves=False,
        visits_a_week=0.203,
        trend=0.0,
        weekend_share=0.35,
        evening=0.45,
        pace_seconds=37.0,
        stop=0.26,
        dwell=0.38,
        wander=0.31,
        grammar=_SEEKING,
        orders_a_year=3.25,
        order_place=0.6,
        carts_a_year=3.15,
        looks_ahead=0.1,
        categories=8.0,
        lines=1.6,
        price_tier=11.0,
        discount_habit=0.96,
        discount_depth=0.36,
        opens=0.7,
        tickets_a_year=0.4,
        nps=7.0,
    ),
    Persona(
        name="lapsed",
        share=0.08,
        leaves=True,
        visits_a_week=0.062,
        trend=-0.5,
        weekend_share=0.26,
        evening=0.4,
        pace_seconds=69.0,
        stop=0.26,
        dwell=0.15,
        wander=0.33,
        grammar=_SHOPPING,
        orders_a_year=5.04,
        order_place=0.6,
        carts_a_year=2.51,
        looks_ahead=0.1,
        categories=5.8,
        lines=1.6,
        price_tier=15.9,
        discount_habit=0.75,
        discount_depth=0.046,
        opens=0.15,
        tickets_a_year=0.8,
        nps=5.5,
    ),
)


def persona_of(person_no: Column, turn: Column) -> Column:
    """The place in `PERSONAS` of a person (int).

    A walk along the golden ratio keeps the shares nearly exact in any range of people.
    """
    walk = person_no * F.lit(0.6180339887498949) + turn
    point = walk - F.floor(walk)
    place, reached = F.lit(0), 0.0
    for persona in PERSONAS[:-1]:
        reached += persona.share
        place = place + (point >= reached).cast("int")
    return place


def trait(name: str, place: Column) -> Column:
    """One field of the persona at a place of `PERSONAS`."""
    if name not in {field.name for field in fields(Persona)}:
        raise ValueError(f"a persona has no {name!r}")
    return F.element_at(
        F.array(*[F.lit(getattr(persona, name)) for persona in PERSONAS]), place + 1
    )
