"""What is where in a path: the step matrix; and of each step how often paths begin, end, loop and turn back there."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.contract import conform
from desirelines.paths.edges import HIDDEN, PATH_END
from desirelines.tables import PATH_POSITIONS, PATH_STEPS, SMALL_GROUP

OF = ("grain", "segment_id")


def to_positions(paths: DataFrame, *, places: int, run_id: str) -> DataFrame:
    """The step matrix per grain and segment, and for all, as contracted: the shares of one place sum to 1.

    `paths` carry person_id, grain, segments (see `edges.with_segments`) and steps. A cell (step, place) is the paths with the
    step there over all paths; a path that is over stays in path_end. Cells of fewer than ten people become __hidden__, and so
    do the next smallest until those together are ten. Two shuffles, of cells.
    """
    padded = F.slice(F.concat("steps", F.array_repeat(F.lit(PATH_END), places)), 1, places)
    cells = paths.select("person_id", "grain", "segments", F.posexplode(padded).alias("_place", "step"))
    cells = cells.withColumn("place", F.col("_place") + F.lit(1).cast("long"))
    counted = (
        cells.withColumn("segment_id", F.explode("segments"))
        .groupBy(*OF, "place", "step")
        .agg(F.count("*").alias("path_count"), F.count_distinct("person_id").alias("_people"))
    )
    smallest_first = Window.partitionBy(*OF, "place").orderBy("_people", "step")
    smaller = F.coalesce(F.sum("_people").over(smallest_first.rowsBetween(Window.unboundedPreceding, -1)), F.lit(0))
    hides = (F.col("_people") < SMALL_GROUP) | (F.col("_few") & (F.col("_smaller") < SMALL_GROUP))
    few = F.min("_people").over(Window.partitionBy(*OF, "place")) < SMALL_GROUP
    shown = counted.withColumns({"_smaller": smaller, "_few": few})
    shown = shown.withColumn("step", F.when(hides, F.lit(HIDDEN)).otherwise(F.col("step")))
    matrix = shown.groupBy(*OF, "place", "step").agg(
        F.sum("path_count").alias("path_count"), F.sum("_people").alias("_people")
    )
    share = F.col("path_count") / F.sum("path_count").over(Window.partitionBy(*OF, "place"))
    enough = F.col("_people") >= SMALL_GROUP
    return conform(matrix.filter(enough).withColumns({"path_share": share, "run_id": F.lit(run_id)}), PATH_POSITIONS)


def to_step_facts(paths: DataFrame, *, run_id: str) -> DataFrame:
    """One row per grain, segment and step, as contracted, of paths as `to_positions` takes them. Two shuffles, of the visits counted by path."""
    numbered = paths.withColumn("_path", F.monotonically_increasing_id())
    of_path = to_visits(numbered, "person_id", "grain", "segments", "_path").groupBy("person_id", "grain", "segments", "_path", "step").agg(
        F.count("*").alias("n"), F.max("is_first").alias("begins"), F.max("is_last").alias("ends"),
        F.count_if("is_loop").alias("loops"), F.count_if(~F.col("is_last")).alias("followed"),
        F.count_if("is_backtrack").alias("backtracks"), F.count_if("has_two_more").alias("followed_by_two"),
    )  # fmt: skip
    grouped = of_path.withColumn("segment_id", F.explode("segments"))
    facts = grouped.groupBy(*OF, "step").agg(
        F.count_distinct("person_id").alias("people_count"), F.count("*").alias("path_count"), F.sum("n").alias("visit_count"),
        F.count_if("begins").alias("_begins"), F.count_if("ends").alias("_ends"),
        *(F.sum(c).alias(f"_{c}") for c in ("loops", "followed", "backtracks", "followed_by_two")),
    )  # fmt: skip
    every_path = F.sum("_begins").over(Window.partitionBy(*OF))  # every path begins with exactly one step
    told = {
        "entry_share": F.col("_begins") / every_path,
        "exit_share": F.col("_ends") / every_path,
        "drop_off_share": F.col("_ends") / F.col("path_count"),
        "loop_share": _share("_loops", "_followed"),
        "backtrack_share": _share("_backtracks", "_followed_by_two"),
        "revisit_share": (F.col("visit_count") - F.col("path_count")) / F.col("visit_count"),
        "run_id": F.lit(run_id),
    }
    return conform(facts.withColumns(told).filter(F.col("people_count") >= SMALL_GROUP), PATH_STEPS)


def to_visits(paths: DataFrame, *kept: str) -> DataFrame:
    """Give one row per visit of a step: the columns kept, step, and whether it is the first, the last, a loop, the begin of a backtrack (a, b, a)."""
    size = F.size("steps")
    shifted = (F.slice("steps", 1 + ahead, size).alias(name) for ahead, name in enumerate(("step", "_after", "_then")))
    visits = paths.select(*kept, size.alias("_size"), F.posexplode(F.arrays_zip(*shifted)).alias("_place", "_visit"))
    step, after, then = (F.col(f"_visit.{name}") for name in ("step", "_after", "_then"))
    return visits.select(
        *kept, step.alias("step"), (F.col("_place") == 0).alias("is_first"), (F.col("_place") == F.col("_size") - 1).alias("is_last"),
        F.coalesce(after == step, F.lit(False)).alias("is_loop"),
        F.coalesce((then == step) & (after != step), F.lit(False)).alias("is_backtrack"),
        then.isNotNull().alias("has_two_more"),
    )  # fmt: skip


def _share(part: str, whole: str) -> Column:
    return F.when(F.col(whole) > 0, F.col(part) / F.col(whole))
