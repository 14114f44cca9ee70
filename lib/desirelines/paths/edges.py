"""Which step follows which: counted per segment and for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
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
    names = [r["step"] for r in known.orderBy(F.col("people").desc(), "step").select("step").collect()]
    renamed = partial(_renamed, top=frozenset(names[:top_steps]), others=frozenset(names[top_steps:]))
    return sessions.mapInArrow(renamed, sessions.schema)


def _renamed(
    batches: Iterator[pa.RecordBatch], *, top: frozenset[str], others: frozenset[str]
) -> Iterator[pa.RecordBatch]:
    """Runs on executors: each different name of a batch is looked up once."""
    for batch in batches:
        steps = batch.column("steps")
        names = steps.flatten().dictionary_encode()
        published = [n if n in top else OTHER if n in others else HIDDEN for n in names.dictionary.to_pylist()]
        bounds = np.concatenate(([0], np.cumsum(np.diff(steps.offsets.to_numpy().astype(np.int64))))).astype(np.int32)
        values = pa.array(published, pa.string()).take(names.indices)
        place = batch.schema.get_field_index("steps")
        yield batch.set_column(
            place, batch.schema.field(place), pa.ListArray.from_arrays(pa.array(bounds), values).cast(steps.type)
        )


def to_edges(paths: DataFrame, *, run_id: str) -> DataFrame:
    """Adjacent pairs of steps per grain and segment, and for all, as contracted. Two shuffles of pairs: of each person's, counted, and of the times.

    `paths` carry person_id, grain, segments (see `with_segments`), steps and at_ms. Shares are of the counts before pairs
    of few people are left out. With n_ij transitions from i to j: transition_share n_ij/Σn, out_share n_ij/Σ_j n_ij,
    in_share n_ij/Σ_i n_ij, per_path n_ij over the number of paths.
    """
    moves = to_moves(paths, "person_id", "grain", "segments").withColumn("segment_id", F.explode("segments"))
    of_edge = ("grain", "segment_id", "from_step", "to_step")
    of_people = moves.groupBy(*of_edge, "person_id").agg(F.count("*").alias("_times"))
    counted = of_people.groupBy(*of_edge).agg(
        F.sum("_times").alias("transition_count"), F.count("*").alias("people_count")
    )
    # Apart from the people: beside a count of different ones, Spark would hold the times of each person's each edge.
    times = moves.groupBy(*of_edge).agg(F.percentile("seconds", F.array(F.lit(0.5), F.lit(0.95))).alias("_seconds"))
    edges = counted.join(times, list(of_edge))
    whole = Window.partitionBy("grain", "segment_id")
    is_start = F.col("from_step") == PATH_START
    count = F.col("transition_count")
    shares = {
        "transition_share": count / F.sum(count).over(whole),
        "out_share": count / F.sum(count).over(whole.partitionBy("grain", "segment_id", "from_step")),
        "in_share": count / F.sum(count).over(whole.partitionBy("grain", "segment_id", "to_step")),
        "per_path": count / F.sum(F.when(is_start, count)).over(whole),
        "median_seconds": F.col("_seconds")[0],
        "q95_seconds": F.col("_seconds")[1],
        "run_id": F.lit(run_id),
    }
    return conform(edges.withColumns(shares).filter(F.col("people_count") >= SMALL_GROUP), PATH_EDGES)


def in_segments(rows: DataFrame, members: DataFrame) -> DataFrame:
    """Each row of a person once for each of their segments, and once for `all`."""
    return with_segments(rows, members).withColumn("segment_id", F.explode("segments")).drop("segments")


def with_segments(rows: DataFrame, members: DataFrame) -> DataFrame:
    """Add `segments`, the segments of the row's person and `all`. The rows are read once, and shuffled once unless people are few."""
    of_person = members.groupBy("person_id").agg(F.collect_list("segment_id").alias("_own"))
    segments = F.concat(F.array(F.lit(ALL)), F.coalesce("_own", F.array().cast("array<string>")))
    return rows.join(of_person, "person_id", "left").withColumn("segments", segments).drop("_own")


def to_moves(paths: DataFrame, *kept: str) -> DataFrame:
    """Give one row per move of a path, from path_start to path_end: the columns kept, from_step, to_step, seconds (null at the ends)."""
    # No function of a function: Spark interprets those, and the times are as quickly taken apart afterwards.
    nothing = F.lit(None).cast("long")
    move = F.arrays_zip(
        F.array_insert("steps", 1, F.lit(PATH_START)).alias("from_step"),
        F.array_append("steps", F.lit(PATH_END)).alias("to_step"),
        F.array_insert("at_ms", 1, nothing).alias("_left_ms"),
        F.array_append("at_ms", nothing).alias("_reached_ms"),
    )
    moves = paths.select(*kept, F.inline(move))
    seconds = (F.col("_reached_ms") - F.col("_left_ms")) / F.lit(1000.0)
    return moves.select(*kept, "from_step", "to_step", seconds.alias("seconds"))
