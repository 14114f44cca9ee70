"""Which step follows which: counted per segment and for everybody."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.contract import conform
from desirelines.tables import PATH_EDGES, SMALL_GROUP

PATH_START, PATH_END, OTHER, HIDDEN, ALL = "path_start", "path_end", "__other__", "__hidden__", "all"


def with_published_steps(sessions: DataFrame, *, top_steps: int, min_people: int) -> DataFrame:
    """Replace steps: of fewer than `min_people` people by __hidden__, beyond the top ones by people by __other__.

    So no private URL gets out, and the matrix stays readable. Ties go to the name that comes first.
    """
    people = sessions.select("person_id", F.explode(F.array_distinct("steps")).alias("step"))
    known = (
        people.groupBy("step").agg(F.count_distinct("person_id").alias("people")).filter(F.col("people") >= min_people)
    )
    top = known.orderBy(F.col("people").desc(), "step").limit(top_steps)
    names = F.broadcast(
        top.agg(F.collect_set("step").alias("_top")).crossJoin(known.agg(F.collect_set("step").alias("_known")))
    )
    published = F.transform(
        "steps",
        lambda s: (
            F.when(F.array_contains("_top", s), s)
            .when(F.array_contains("_known", s), F.lit(OTHER))
            .otherwise(F.lit(HIDDEN))
        ),
    )
    return sessions.crossJoin(names).withColumn("steps", published).drop("_top", "_known")


def to_edges(sessions: DataFrame, members: DataFrame, *, run_id: str) -> DataFrame:
    """Adjacent pairs of steps per segment, and for all, as contracted. Two shuffles, of pairs.

    `sessions` carry person_id, steps and step_offsets; `members` person_id and segment_id. Shares are of the counts before
    pairs of few people are left out.
    """
    moves = sessions.select(
        "person_id", F.explode(moves_of(F.col("steps"), F.col("step_offsets"))).alias("move")
    ).select("person_id", "move.*")
    segments = members.select("person_id", "segment_id").unionByName(
        sessions.select("person_id").distinct().withColumn("segment_id", F.lit(ALL))
    )
    edges = (
        moves.join(segments, "person_id")
        .groupBy("segment_id", "from_step", "to_step")
        .agg(
            F.count("*").alias("transition_count"),
            F.count_distinct("person_id").alias("people_count"),
            F.median("seconds").alias("median_seconds"),
        )
    )
    shares = {
        "out_share": F.col("transition_count")
        / F.sum("transition_count").over(Window.partitionBy("segment_id", "from_step")),
        "in_share": F.col("transition_count")
        / F.sum("transition_count").over(Window.partitionBy("segment_id", "to_step")),
        "run_id": F.lit(run_id),
    }
    return conform(edges.withColumns(shares).filter(F.col("people_count") >= SMALL_GROUP), PATH_EDGES)


def moves_of(steps: Column, offsets_ms: Column) -> Column:
    """A path's moves, from path_start to path_end, as structs (from_step, to_step, seconds); seconds are null at the ends."""
    before, after = F.array_insert(steps, 1, F.lit(PATH_START)), F.array_append(steps, F.lit(PATH_END))
    size = F.size(offsets_ms)
    gaps = F.zip_with(
        F.slice(offsets_ms, F.lit(2), F.greatest(size - 1, F.lit(0))), F.slice(offsets_ms, F.lit(1), F.greatest(size - 1, F.lit(0))),
        lambda later, earlier: (later - earlier) / F.lit(1000.0),
    )  # fmt: skip
    nothing = F.lit(None).cast("double")
    seconds = F.array_append(F.array_insert(gaps, 1, nothing), nothing)
    return F.arrays_zip(before.alias("from_step"), after.alias("to_step"), seconds.alias("seconds"))
