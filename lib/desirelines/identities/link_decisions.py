"""Decisions about cut links: which stand whatever is seen later, and which a run decides again."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

UNLINKED, RELINKED, FOLLOWED_AGAIN = "unlinked", "relinked", "followed"
DECISION = ("is_cut", "reason", "decided_at", "from_run")


def cuts_in_force(cuts: DataFrame, suppressions: DataFrame) -> DataFrame:
    """Links that are not followed now: key, other_key, reason, is_held.

    `is_held`: the cut stands whatever is seen later. A cut by hand is held until it is taken back
    by hand. A cut by a rule is decided again when the people it keeps apart show something new. It
    is held too once anybody was erased after it was decided: the evidence for it may be erased with
    them, and strangers must not become one person because of that.
    """
    newest = cuts.groupBy("key", "other_key").agg(
        F.max_by(F.struct(*DECISION), F.struct("decided_at", "from_run")).alias("d")
    )
    erased = suppressions.filter("is_suppressed").agg(F.max("active_from").alias("_erased_at"))
    is_held = (F.col("d.reason") == UNLINKED) | F.coalesce(
        F.col("d.decided_at") <= F.col("_erased_at"), F.lit(False)
    )
    return (
        newest.filter("d.is_cut")
        .crossJoin(F.broadcast(erased))
        .select("key", "other_key", F.col("d.reason").alias("reason"), is_held.alias("is_held"))
    )


def to_cut_edits(in_force: DataFrame, decided: DataFrame, judged: DataFrame) -> DataFrame:
    """New decisions: key, other_key, is_cut, reason. An unchanged decision is not written again.

    `decided`: key, other_key and reason of the links that the rules cut now. `judged`: key and
    other_key of all links that the rules considered.
    """
    before = in_force.select("key", "other_key", F.col("reason").alias("_before"), "is_held")
    new = decided.join(before, ["key", "other_key"], "left").filter(
        ~F.col("_before").eqNullSafe(F.col("reason"))
    )
    again = (
        before.filter(~F.col("is_held"))
        .join(judged, ["key", "other_key"], "left_semi")
        .join(decided, ["key", "other_key"], "left_anti")
    )
    return new.select("key", "other_key", F.lit(True).alias("is_cut"), "reason").unionByName(
        again.select(
            "key", "other_key", F.lit(False).alias("is_cut"), F.lit(FOLLOWED_AGAIN).alias("reason")
        )
    )
