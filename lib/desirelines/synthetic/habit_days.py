"""What habits make of people's days: visits, walks, carts and orders.

In a world without habits everything is as usual.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.synthetic.chance import nudged_share
from desirelines.synthetic.habits import HABITS, ORDINARY, RITUALS, of_habit, values_of
from desirelines.synthetic.personas import trait
from desirelines.synthetic.scope import Scope

LOG_ODDS_SPREAD = 0.25
"""Standard deviation of a person's own share of days around the habit's, in log-odds."""
OPEN_DAYS = 2
"""Days at the end without a planned cart: it is given up only once the time to order is over."""
RHYTHM_KEPT = 0.96
"""Share of the planned carts that are filled."""
SIGNED_UP = 0.14
"""By this place between first day and last everybody has signed up (see `people.login_days`)."""
REFERRAL = "I"
INSTEAD = "H"
"""The page view that stands for a letter that a habit avoids."""


def own_trait(scope: Scope, name: str) -> Column:
    """One field of the person's persona; of their habit where the world has habits."""
    if not scope.habit_weeks:
        return trait(name, F.col("persona_no"))
    return of_habit(name, F.col("habit_no"))


def leaves(scope: Scope) -> Column:
    """True for people who leave for good: of the personas that do, all but those who slack off."""
    usual = trait("leaves", F.col("persona_no"))
    return usual & (F.col("habit_no") < len(HABITS)) if scope.habit_weeks else usual


def habit_values(scope: Scope) -> dict[str, Column]:
    """A person's own habit: `habit_from` (day), `habit_weekdays` and `habit_weekends` (shares)."""
    person, number = F.col("person_no"), F.col("habit_no")
    shortest, longest = of_habit("shortest", number), of_habit("longest", number)
    lived = shortest + (longest - shortest) * scope.chance.uniform("habit began", person)
    keen = scope.chance.normal("keen", person) * LOG_ODDS_SPREAD
    return {
        "habit_from": scope.days - F.floor(lived * (7 * scope.habit_weeks)).cast("int"),
        "habit_weekdays": nudged_share(of_habit("weekdays", number), keen),
        "habit_weekends": nudged_share(of_habit("weekends", number), keen),
    }


def order_place(scope: Scope, usual: Column) -> Column:
    """Where the certain order is between a person's first day and last (0 … 1).

    It is as long before the end as the habit says, but never before people have signed up.
    """
    if not scope.habit_weeks:
        return usual
    number, span = F.col("habit_no"), F.col("ends_on") - F.col("starts_on")
    latest, earliest = (
        values_of([habit.ordered_ago[end] for habit in (*HABITS, ORDINARY)], number)
        for end in (0, 1)
    )
    drawn = scope.chance.whole(earliest - latest + 1, "ordered ago", F.col("person_no"))
    ago = F.least(latest + drawn, span)
    return F.greatest(F.lit(SIGNED_UP), F.lit(1.0) - (ago - 0.5) / span)


def comes(scope: Scope, day: Column, usual: Column) -> Column:
    """Whether a person comes on a day: by their habit once they have one, else as usual."""
    if not scope.habit_weeks:
        return usual
    share = F.when(scope.is_weekend(day), F.col("habit_weekends")).otherwise(
        F.col("habit_weekdays")
    )
    by_habit = scope.chance.happens(share, "comes by habit", F.col("person_no"), day)
    return F.when(_lives(day), by_habit).otherwise(usual)


def leaves_cart(scope: Scope, day: Column, usual: Column) -> Column:
    """Whether a person fills a cart on a day and leaves it.

    In the habit weeks few of the usual carts are left; those who are known for it leave one in
    every so many days, on any of these days.
    """
    if not scope.habit_weeks:
        return usual
    person, number = F.col("person_no"), F.col("habit_no")
    kept = scope.chance.happens(of_habit("carts_kept", number), "cart is left", person, day)
    every = F.greatest(of_habit("cart_every", number), F.lit(1))
    to_go = F.lit(scope.days - 1 - OPEN_DAYS) - day
    turn = F.floor(to_go / every).cast("int")
    is_day = F.pmod(to_go, every) == scope.chance.whole(every, "cart day", person, turn)
    is_kept = scope.chance.happens(RHYTHM_KEPT, "cart as planned", person, turn)
    has_plan = (of_habit("cart_every", number) > 0) & _lives(day) & (to_go >= 0)
    return (usual & ((day < scope.habits_begin) | kept)) | (has_plan & is_day & is_kept)


def lived_walk(scope: Scope, walk: Column, most: int) -> Column:
    """The walk (at most `most` letters) with the habit's letters at its end.

    A day's later visits, and those before the habit began, are as usual; but whoever never
    recommends does not do so all year.
    """
    if not scope.habit_weeks:
        return walk
    number = F.col("habit_no")
    refers = scope.chance.happens(of_habit("refers", number), "ever refers", F.col("person_no"))
    walk = F.when(refers, walk).otherwise(F.translate(walk, REFERRAL, INSTEAD))
    rituals = [letters for habit in (*HABITS, ORDINARY) for letters in habit.rituals]
    drawn = scope.chance.whole(RITUALS, "ritual", F.col("person_no"), F.col("day"))
    ritual = values_of(rituals, number * RITUALS + drawn)
    avoids = of_habit("avoids", number)
    instead = F.repeat(F.lit(INSTEAD), F.length(avoids))
    kept = F.call_function("translate", walk, avoids, instead)
    room = most - max(map(len, rituals))
    lived = F.concat(F.substring(kept, 1, room), ritual)
    return F.when(_lives(F.col("day")) & (F.col("again") == 0), lived).otherwise(walk)


def looks(scope: Scope) -> Column:
    """The letters of a visit that looks ahead: a view of every line, if the world has habits."""
    return F.repeat(F.lit("V"), F.col("line_count")) if scope.habit_weeks else F.lit("")


def _lives(day: Column) -> Column:
    return day >= F.col("habit_from")
