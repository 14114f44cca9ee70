"""All synthetic data from a seed: raw tables as systems write them, and the truth about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame, SparkSession

from desirelines.synthetic.bots import to_bot_events, to_bots
from desirelines.synthetic.clicks import to_clicks
from desirelines.synthetic.mail import to_email_events
from desirelines.synthetic.mess import (
    count_mess,
    to_web_events,
    with_email_mess,
    with_no_mess,
    with_order_mess,
)
from desirelines.synthetic.orders import to_order_lines
from desirelines.synthetic.people import to_people
from desirelines.synthetic.scope import Scope
from desirelines.synthetic.support import to_support
from desirelines.synthetic.truth import to_true_people, to_true_sessions
from desirelines.synthetic.visits import to_visits


@dataclass(frozen=True)
class World:
    """Tables by name. A pipeline may read `raw` but must not read `truth`."""

    raw: dict[str, DataFrame]
    truth: dict[str, DataFrame]


def build_world(
    spark: SparkSession,
    *,
    people: int,
    days: int,
    seed: int,
    first_day: date = date(2025, 1, 1),
    habit_weeks: int = 0,
) -> World:
    """Synthetic data for so many people and days; equal arguments give equal rows on any cluster.

    Raw: `web_events` (a click), `orders` (a line), `email_events` (a mail was sent, opened or
    clicked), `support` (a ticket). Truth: `people`, `sessions`, `bots`, `mess`. The session's time
    zone must be UTC.

    Without `habit_weeks`, people come once in weeks: a world for clusters. With it, they live what
    their persona is known for in so many weeks at the end: a world for rules, some of which look
    back 12 weeks.
    """
    if people < 1 or days < 30:
        raise ValueError(
            f"synthetic data needs at least 1 person and 30 days; asked for {people} people "
            f"and {days} days. Ask for more."
        )
    if not 0 <= 7 * habit_weeks <= days:
        raise ValueError(
            f"{habit_weeks} weeks of habits do not fit into {days} days. Ask for fewer."
        )
    scope = Scope(people=people, days=days, seed=seed, first_day=first_day, habit_weeks=habit_weeks)
    everybody = to_people(spark, scope)
    visits = to_visits(everybody, scope)
    marked = {
        "web_events": to_web_events(to_clicks(visits, scope), scope).unionByName(
            to_bot_events(spark, scope)
        ),
        "orders": with_order_mess(to_order_lines(visits, scope), scope),
        "email_events": with_email_mess(to_email_events(everybody, scope), scope),
        "support": with_no_mess(to_support(everybody, scope)),
    }
    return World(
        raw={name: table.drop("mess", "skewed") for name, table in marked.items()},
        truth={
            "people": to_true_people(everybody, scope),
            "sessions": to_true_sessions(visits, scope),
            "bots": to_bots(spark, scope),
            "mess": count_mess(marked),
        },
    )
