"""The path of a visit: a walk through the persona's grammar, then the purpose of the visit."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.synthetic.chance import one_of
from desirelines.synthetic.habit_days import looks
from desirelines.synthetic.personas import SLOTS, STATES, trait
from desirelines.synthetic.scope import Scope

MAX_STEPS = 24
END = "."
EVENTS = {
    "H": "page_view",
    "S": "search",
    "V": "product_viewed",
    "A": "product_added",
    "R": "product_removed",
    "K": "checkout_started",
    "O": "order_completed",
    "C": "content_played",
    "F": "feature_used",
    "Q": "help_opened",
    "I": "referral_sent",
    "U": "sign_up",
    "G": "logged_in",
}
"""The event that a letter of a path stands for."""


def walk_of(scope: Scope) -> Column:
    """The letters of a visit's free part, 1 to `MAX_STEPS`.

    Each step stays, wanders anywhere, follows the grammar, or stops.
    """
    key = (F.col("person_no"), F.col("day"), F.col("slot"))
    grammar, anywhere = trait("grammar", F.col("persona_no")), F.lit(STATES[1:])
    stays = F.col("stop") + (1 - F.col("stop")) * F.col("dwell")
    leaves = stays + (1 - stays) * F.col("wander")

    def step(path: Column, index: Column) -> Column:
        here = F.substring(path, -1, 1)
        turn = scope.chance.uniform("turn", *key, index)
        choice = scope.chance.uniform("choice", *key, index)
        follow = F.substring(
            grammar,
            (F.instr(F.lit(STATES), here) - 1) * SLOTS + F.floor(choice * SLOTS).cast("int") + 1,
            1,
        )
        wander = F.substring(anywhere, F.floor(choice * len(STATES[1:])).cast("int") + 1, 1)
        first = F.concat(path, F.when(turn < F.col("wander"), wander).otherwise(follow))
        later = (
            F.when(turn < F.col("stop"), F.lit(END))
            .when(turn < stays, here)
            .when(turn < leaves, wander)
            .otherwise(follow)
        )
        return (
            F.when(here == END, path)
            .when(here == STATES[0], first)
            .otherwise(F.concat(path, later))
        )

    steps = F.aggregate(F.sequence(F.lit(1), F.lit(MAX_STEPS)), F.lit(STATES[0]), step)
    return F.translate(steps, STATES[0] + END, "")


def basket_of(scope: Scope) -> Column:
    """The letters of a visit's purpose.

    Every line is viewed and added; then comes the order or one of three ways to give up.
    """
    person, day, purpose = F.col("person_no"), F.col("day"), F.col("purpose")
    lines = F.repeat(F.lit("VA"), F.col("line_count"))
    gives_up = one_of(("", "K", "R"), scope.chance.whole(3, "gives up", person, day))
    orders = F.when(purpose == "order", F.concat(lines, F.lit("KO")))
    carts = orders.when(purpose == "cart", F.concat(lines, gives_up))
    return carts.when(purpose == "ahead", looks(scope)).otherwise(F.lit(""))


def path_of() -> Column:
    """The letters of the whole visit: the login is the second click, the basket comes last."""
    return F.concat(
        F.substring("walk", 1, 1),
        F.col("login"),
        F.substring("walk", 2, MAX_STEPS),
        F.col("basket"),
    )
