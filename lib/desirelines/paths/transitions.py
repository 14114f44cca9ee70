"""Transitions: which step follows which, counted per segment and for everybody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import RESERVED_STEPS
from desirelines.columns.small_groups import is_publishable
from desirelines.kernels.groups import group_starts, sum_by_key
from desirelines.paths.kernel import gaps, moves
from desirelines.paths.person_batches import Batch, Counted, to_groups, to_tallies
from desirelines.paths.units import PERSON
from desirelines.paths.withholding import withheld
from desirelines.tables import PATH_EDGES
from desirelines.tables.conform import conform

PATH_START, PATH_END, OTHER, HIDDEN = RESERVED_STEPS
EDGE = ("grain", "segment_id", "from_step", "to_step")
_EDGE_COLUMNS = "from_step string, to_step string"
_QUANTILES = (0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Published:
    """Names of steps that may be published: the top ones, and others that enough people took."""

    top: frozenset[str]
    others: frozenset[str]


def published_steps(sessions: DataFrame, *, top_steps: int, min_people: int) -> Published:
    """The steps that at least `min_people` people took; the top ones are the first by people.

    Ties go by alphabet.
    """
    people = sessions.select("person_id", F.explode(F.array_distinct("steps")).alias("step"))
    frequent = (
        people.groupBy("step")
        .agg(F.count_distinct("person_id").alias("people"))
        .filter(F.col("people") >= min_people)
    )
    ranked = frequent.orderBy(F.col("people").desc(), "step").select("step").collect()
    names = [row["step"] for row in ranked]
    return Published(frozenset(names[:top_steps]), frozenset(names[top_steps:]))


def with_published_steps(paths: DataFrame, published: Published) -> DataFrame:
    """Replace steps: those of few people by __hidden__, those beyond the top ones by __other__.

    So no private URL is published, and the matrix stays readable.
    """
    return paths.mapInArrow(partial(_renamed, published=published), paths.schema)


def _renamed(
    batches: Iterator[pa.RecordBatch], *, published: Published
) -> Iterator[pa.RecordBatch]:
    """Look up each distinct name of a batch once. Runs on executors."""
    for batch in batches:
        steps = batch.column("steps")
        names = steps.flatten().dictionary_encode()
        replacements = [
            n if n in published.top else OTHER if n in published.others else HIDDEN
            for n in names.dictionary.to_pylist()
        ]
        sizes = np.diff(steps.offsets.to_numpy().astype(np.int64))
        bounds = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
        values = pa.array(replacements, pa.string()).take(names.indices)
        place = batch.schema.get_field_index("steps")
        yield batch.set_column(
            place,
            batch.schema.field(place),
            pa.ListArray.from_arrays(pa.array(bounds), values).cast(steps.type),
        )


def to_edges(paths: DataFrame, *, run_id: str, overlapping: Collection[str] = ()) -> DataFrame:
    """Adjacent pairs of steps per grain and segment, and for all, as contracted.

    Shuffles groups' edges, six times, and their times. `paths` as in `person_batches.to_tallies`;
    `overlapping` are the segments that do not divide everybody. Pairs of few people are left out,
    and so are those by which they could be computed; shares are of the counts before that. With
    n_ij transitions from i to j: transition_share n_ij/Σn, out_share n_ij/Σ_j n_ij, in_share
    n_ij/Σ_i n_ij, per_path n_ij over the number of paths.
    """
    tallies = to_tallies(
        paths, _edges_of, f"{_EDGE_COLUMNS}, people_count long, transition_count long"
    )
    edges = to_groups(tallies, "from_step", "to_step").join(_to_times(paths), list(EDGE), "left")
    whole = Window.partitionBy("grain", "segment_id")
    is_start = F.col("from_step") == PATH_START
    count = F.col("transition_count")
    shares = {
        "transition_share": count / F.sum(count).over(whole),
        "out_share": count
        / F.sum(count).over(whole.partitionBy("grain", "segment_id", "from_step")),
        "in_share": count / F.sum(count).over(whole.partitionBy("grain", "segment_id", "to_step")),
        "per_path": count / F.sum(F.when(is_start, count)).over(whole),
        "run_id": F.lit(run_id),
    }
    # Every path has one first and one last step, so the sums of these are known, as of places.
    end = F.when(is_start, "first").when(F.col("to_step") == PATH_END, "last").otherwise("")
    may_publish = is_publishable(
        F.col("people_count"), "grain", "from_step", "to_step", overlapping=overlapping
    )
    judged = edges.withColumns(shares | {"_end": end, "_is_publishable": may_publish}).filter(
        F.col("_is_publishable") | (end != "")
    )
    rules = frozenset(overlapping)

    def of_end(edges: pa.Table) -> pa.Table:
        return _publishable_edges(edges, overlapping=rules)

    return conform(judged.groupBy("grain", "_end").applyInArrow(of_end, judged.schema), PATH_EDGES)


def _publishable_edges(edges: pa.Table, *, overlapping: frozenset[str]) -> pa.Table:
    """Publishable edges among those of one end of paths; all edges between two steps.

    Runs on executors.
    """
    end = edges.column("_end")[0].as_py()
    if not end:
        return edges
    step = "to_step" if end == "first" else "from_step"
    is_exact = edges.column("grain")[0].as_py() == PERSON
    gone = withheld(edges, step, people="people_count", overlapping=overlapping, is_exact=is_exact)
    return edges.filter(pa.array(~gone))


def _edges_of(batch: Batch) -> Iterator[Counted]:
    """Transitions of people. Runs on executors."""
    start, end = len(batch.names), len(batch.names) + 1
    path, from_step, to_step = moves(batch.steps, start=start, end=end)
    tally = sum_by_key(
        (batch.steps.owner[path], from_step, to_step), (np.ones(len(path), dtype=np.int64),)
    )
    tally = batch.by_group(tally)
    group, from_step, to_step = tally.keys
    people, count = tally.sums
    names = pa.concat_arrays([batch.names, pa.array([PATH_START, PATH_END], batch.names.type)])
    columns = {
        "from_step": names.take(pa.array(from_step)),
        "to_step": names.take(pa.array(to_step)),
    }
    yield group, columns | {"people_count": pa.array(people), "transition_count": pa.array(count)}


def _to_times(paths: DataFrame) -> DataFrame:
    """Median and 95th percentile of the seconds of each edge, exact.

    They are interpolated between the nearest two values. Times travel as lists, one for each edge
    and batch. Those of one edge meet in one row, eight bytes each. Spark's `percentile` gives the
    same result, but from one row per transition and by a hash map of objects for each edge.
    """
    lists = to_tallies(paths, _times_of, f"{_EDGE_COLUMNS}, gaps array<long>")
    by_segment = (
        lists.withColumn("segment_id", F.explode("segments"))
        .groupBy(*EDGE)
        .agg(F.collect_list("gaps").alias("gaps"))
    )
    key = ", ".join(f"{c} string" for c in EDGE)
    return by_segment.mapInArrow(_quantiles, f"{key}, median_seconds double, q95_seconds double")


def _times_of(batch: Batch) -> Iterator[Counted]:
    """Milliseconds of the transitions of people of the same segments, a list for each edge.

    Runs on executors.
    """
    path, from_step, to_step, gap = gaps(batch.steps)
    if not len(path):
        return
    group = batch.group[batch.steps.owner[path]]
    order, starts = group_starts((group, from_step, to_step))
    first = order[starts]
    lists = pa.ListArray.from_arrays(
        pa.array(np.append(starts, len(order)).astype(np.int32)), pa.array(gap[order])
    )
    columns = {
        "from_step": batch.names.take(pa.array(from_step[first])),
        "to_step": batch.names.take(pa.array(to_step[first])),
    }
    yield group[first], columns | {"gaps": lists}


def _quantiles(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Quantiles of the seconds of each edge. Runs on executors."""
    for batch in batches:
        edges = [row.values.flatten().to_numpy() for row in batch.column("gaps")]
        quantiles_ms = np.array([np.quantile(gaps, _QUANTILES) for gaps in edges])
        seconds = quantiles_ms.reshape(-1, len(_QUANTILES)) / 1000.0
        columns = {c: batch.column(c) for c in EDGE}
        yield pa.RecordBatch.from_pydict(
            columns | {"median_seconds": seconds[:, 0], "q95_seconds": seconds[:, 1]}
        )
