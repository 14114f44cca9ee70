"""What is where in a path: the step matrix; and of each step how often paths begin, end, loop and turn back there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.contract import conform
from desirelines.paths import tallies
from desirelines.paths.counting import Batch, Counted, to_groups, to_tallies
from desirelines.paths.edges import HIDDEN, PATH_END
from desirelines.tables import PATH_POSITIONS, PATH_STEPS, SMALL_GROUP

OF = ("grain", "segment_id")
VISIT_FACTS = (
    "people_count",
    "visit_count",
    "path_count",
    "_begins",
    "_ends",
    "_loops",
    "_followed",
    "_backtracks",
    "_followed_by_two",
)
"""What is counted of each step, in the order of `tallies.visits`, after people."""


def to_positions(paths: DataFrame, *, places: int, run_id: str) -> DataFrame:
    """The step matrix per grain and segment, and for all, as contracted: the shares of one place sum to 1.

    `paths` as `counting.to_tallies` takes them. A cell (step, place) is the paths with
    the step there over all paths; a path that is over stays in path_end. Cells of fewer than ten people become __hidden__, and so
    do the next smallest until those together are ten. One shuffle, of groups' cells.
    """
    cells = to_tallies(
        paths, partial(_cells_of, places=places), "place long, step string, _people long, path_count long"
    )
    counted = to_groups(cells, "place", "step")
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
    """One row per grain, segment and step, as contracted, of paths as `to_positions` takes them. One shuffle, of groups' steps."""
    columns = ", ".join(f"{name} long" for name in VISIT_FACTS)
    facts = to_groups(to_tallies(paths, _visits_of, f"step string, {columns}"), "step")
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


def _cells_of(batch: Batch, *, places: int) -> Iterator[Counted]:
    """Runs on executors: the places of people's paths."""
    tally = batch.by_group(tallies.places(batch.steps, places, end=len(batch.names)))
    group, place, step = tally.keys
    people, paths = map(pa.array, tally.sums)
    names = pa.concat_arrays([batch.names, pa.array([PATH_END], batch.names.type)])
    yield group, {"place": pa.array(place), "step": names.take(pa.array(step)), "_people": people, "path_count": paths}


def _visits_of(batch: Batch) -> Iterator[Counted]:
    """Runs on executors: the steps of people's paths."""
    tally = batch.by_group(tallies.visits(batch.steps))
    group, step = tally.keys
    sums = zip(VISIT_FACTS, map(pa.array, tally.sums), strict=True)
    yield group, {"step": batch.names.take(pa.array(step)), **dict(sums)}


def _share(part: str, whole: str) -> Column:
    return F.when(F.col(whole) > 0, F.col(part) / F.col(whole))
