"""One cause for every change of membership between two runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.history.membership_changes import ENTERED, LEFT

IDENTITY, CONSENT, POPULATION = "identity", "consent", "population"
MODEL, CUT_POINT, RULE_EDIT, BEHAVIOUR = "model", "cut_point", "rule_edit", "behaviour"
CAUSES = {
    IDENTITY: "identifiers of the person were somebody else's before, or are now",
    CONSENT: "consent was stated or withdrawn for the person",
    POPULATION: "the person was not there before, or is not there any more",
    MODEL: "the earlier model would have left the person in their cluster",
    CUT_POINT: "the rule would have, with the earlier values of its percentiles",
    RULE_EDIT: "the rule would have, as it was",
    BEHAVIOUR: "none of these: the person did something, or stopped doing it",
}
"""Causes in the order in which they are tried: the first that fits is the one."""


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """Who would be where today, had only people changed.

    Attributes:
        by_model: person_id, expected_segment_id: the cluster of today by the earlier model.
        by_cuts: person_id, segment_id: rule segments by the rules of today with the earlier values
            of their percentiles.
        by_rules: the same by the earlier rules.
    """

    by_model: DataFrame
    by_cuts: DataFrame
    by_rules: DataFrame


def to_causes(
    before: DataFrame,
    now: DataFrame,
    would_be: Counterfactuals,
    *,
    clusters: Collection[str],
    regrouped: DataFrame,
    stated: DataFrame,
) -> DataFrame:
    """Every change with its cause: person_id, segment_id, change (entered, left), cause.

    `before` and `now` hold person_id, segment_id and is_primary, one row per person and segment.
    `clusters` are the segments of clusters in either run. `regrouped` are people (person_id) with
    identifiers that were somebody else's before or are now, `stated` those for whom consent was
    stated in between.
    """
    then, today = _flagged(before, "_then"), _flagged(now, "_today")
    both = then.join(today, ["person_id", "segment_id"], "full")
    changed = both.filter(F.col("_then").isNull() | F.col("_today").isNull())
    for pairs, flag in ((would_be.by_cuts, "_by_cuts"), (would_be.by_rules, "_by_rules")):
        changed = changed.join(_flagged(pairs, flag), ["person_id", "segment_id"], "left")
    for people, flag in (
        (before, "_was_there"),
        (now, "_is_there"),
        (regrouped, "_regrouped"),
        (stated, "_stated"),
    ):
        marked = people.select("person_id").distinct().withColumn(flag, F.lit(True))
        changed = changed.join(marked, "person_id", "left")
    main = before.filter("is_primary").select("person_id", F.col("segment_id").alias("_main"))
    changed = changed.join(main, "person_id", "left").join(would_be.by_model, "person_id", "left")
    change = F.when(F.col("_then").isNull(), F.lit(ENTERED)).otherwise(F.lit(LEFT))
    return changed.select(
        "person_id", "segment_id", change.alias("change"), _cause(clusters).alias("cause")
    )


def _flagged(pairs: DataFrame, flag: str) -> DataFrame:
    return pairs.select("person_id", "segment_id").distinct().withColumn(flag, F.lit(True))


def _cause(clusters: Collection[str]) -> Column:
    """The first cause that fits: see CAUSES."""
    is_of_cluster = F.col("segment_id").isin(*sorted(clusters)) if clusters else F.lit(False)

    def is_as_before(flag: str) -> Column:
        return F.col(flag).isNotNull() == F.col("_then").isNotNull()

    return (
        F.when(F.col("_regrouped"), F.lit(IDENTITY))
        .when(F.col("_stated"), F.lit(CONSENT))
        .when(F.col("_was_there").isNull() | F.col("_is_there").isNull(), F.lit(POPULATION))
        .when(is_of_cluster & (F.col("expected_segment_id") == F.col("_main")), F.lit(MODEL))
        .when(is_of_cluster, F.lit(BEHAVIOUR))
        .when(is_as_before("_by_cuts"), F.lit(CUT_POINT))
        .when(is_as_before("_by_rules"), F.lit(RULE_EDIT))
        .otherwise(F.lit(BEHAVIOUR))
    )


def to_regrouped(
    identity_map: DataFrame, stream_owners: DataFrame, people: DataFrame, runs: DataFrame
) -> DataFrame:
    """People with identifiers that changed hands in the runs (run_id): person_id.

    They had them, or have them now. A stream that stood for itself (a person in `people`) changes
    hands when it gets an owner.
    """
    runs = F.broadcast(runs.select("run_id").distinct())
    closed = identity_map.join(runs, F.col("to_run") == F.col("run_id"), "left_semi").select(
        "key", F.col("person_id").alias("_from")
    )
    opened = identity_map.join(runs, F.col("from_run") == F.col("run_id"), "left_semi").select(
        "key", F.col("person_id").alias("_to")
    )
    moved = closed.join(opened, "key").filter(F.col("_from") != F.col("_to"))
    owned = stream_owners.join(runs, F.col("from_run") == F.col("run_id"), "left_semi")
    alone = people.select(F.col("person_id").alias("stream_id")).distinct()
    taken = owned.join(alone, "stream_id", "left_semi").filter(
        F.col("person_id") != F.col("stream_id")
    )
    pairs = moved.select("_from", "_to").unionByName(
        taken.select(F.col("stream_id").alias("_from"), F.col("person_id").alias("_to"))
    )
    both = pairs.select(F.explode(F.array("_from", "_to")).alias("person_id"))
    return both.distinct()
