"""Funnels: how far people get along several steps, and how long it takes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.window import WindowSpec

from desirelines.columns.small_groups import is_publishable, keep_publishable
from desirelines.paths.chain_kernel import (
    Link,
    chains,
    deepest,
    in_any_order,
    in_order_of_ties,
)
from desirelines.paths.pattern_matching import fitting, flat_paths
from desirelines.paths.units import PERSON
from desirelines.paths.withholding import withheld
from desirelines.settings.paths import Funnel
from desirelines.settings.patterns import read_pattern
from desirelines.tables import FUNNEL_STEPS, FUNNEL_WEEKS
from desirelines.tables.conform import conform


def to_funnel_steps(
    reached: DataFrame, funnel: Funnel, *, run_id: str, overlapping: Collection[str] = ()
) -> DataFrame:
    """One row per segment and step, as contracted, from the output of `to_reached`.

    A unit is open when it did not reach the last step and one of its starts is less than a window
    old when the data ends. It counts neither as converted nor as lost. Shuffles units by person,
    groups, and the times of units that reached each step. `overlapping` are the segments that do
    not divide everybody.
    """
    key = ["segment_id", "step_no"]
    steps = _to_steps(reached, funnel)
    # Computed apart from the people: beside a distinct count, Spark would hold the times of each
    # step of each person.
    seconds = F.get("seconds", F.col("step_no").cast("int") - 1)
    times = (
        steps.filter("is_reached")
        .groupBy(*key)
        .agg(F.percentile(seconds, F.array(F.lit(0.5), F.lit(0.95))).alias("_seconds"))
    )
    counted = _counted(steps, ["segment_id"], overlapping).join(times, key, "left")
    publishable = keep_publishable(counted, "step_no", overlapping=overlapping)
    of_segment = Window.partitionBy("segment_id")
    from_begin = F.min("step_no").over(of_segment) == 1  # else the share reveals how many began
    begun = F.col("_begun") - F.col("open_count")
    facts = _facts(funnel, run_id) | {
        "unit": F.lit(funnel.unit),
        "conversion_share": F.when(from_begin, _share(F.col("reached_count"), begun)),
        "step_share": _if_step_before(of_segment, F.col("step_share")),
        "median_seconds": F.col("_seconds")[0],
        "q95_seconds": F.col("_seconds")[1],
    }
    return conform(publishable.withColumns(facts), FUNNEL_STEPS)


def to_funnel_weeks(
    reached: DataFrame,
    funnel: Funnel,
    *,
    zone: str,
    end: datetime,
    run_id: str,
    overlapping: Collection[str] = (),
) -> DataFrame:
    """One row per segment, week and step, as contracted.

    A unit belongs to the week in which its counted chain began. Weeks add up to the step of
    `to_funnel_steps`, and segments add up to everybody, so both determine what is withheld (see
    `withholding`).
    """
    began_on = F.from_utc_timestamp(F.timestamp_millis("began_ms"), zone)
    weekly = reached.withColumn("week_on", F.date_trunc("week", began_on).cast("date"))
    counted = _counted(_to_steps(weekly, funnel), ["segment_id", "week_on"], overlapping)
    rules, is_exact = frozenset(overlapping), funnel.unit == PERSON

    def of_step(weeks: pa.Table) -> pa.Table:
        gone = withheld(
            weeks,
            "week_on",
            people="people_count",
            overlapping=rules,
            is_exact=is_exact,
            everybody_first=True,
        )
        return weeks.filter(pa.array(~gone))

    publishable = (
        counted.groupBy("step_no")
        .applyInArrow(of_step, counted.schema)
        .filter(F.col("people_count") > 0)
    )
    step_share = _if_step_before(Window.partitionBy("segment_id", "week_on"), F.col("step_share"))
    # as_of, the first day that does not count.
    as_of = F.from_utc_timestamp(F.lit(end), zone).cast("date")
    facts = _facts(funnel, run_id) | {
        "drop_off_share": F.when(F.col("step_no") > 1, 1 - step_share),
        "is_week_over": F.date_add("week_on", 7) <= as_of,
    }
    return conform(publishable.withColumns(facts), FUNNEL_WEEKS)


def _if_step_before(group: WindowSpec, share: Column) -> Column:
    """A share of the step before; null where that step is withheld, because it would leak."""
    before = F.lag("step_no").over(group.orderBy("step_no"))
    return F.when((F.col("step_no") == 1) | (before == F.col("step_no") - 1), share)


def _to_steps(units: DataFrame, funnel: Funnel) -> DataFrame:
    """One row per unit that began, segment of its person and step of the funnel.

    Adds is_reached and was_before (the step before was reached).
    """
    numbers = F.sequence(F.lit(1).cast("long"), F.lit(len(funnel.steps)).cast("long"))
    begun = units.filter(F.col("depth") > 0).withColumn("segment_id", F.explode("segments"))
    steps = begun.withColumn("step_no", F.explode(numbers))
    is_reached = F.col("depth") >= F.col("step_no")
    was_before = F.col("depth") >= F.col("step_no") - 1
    return steps.withColumns({"is_reached": is_reached, "was_before": was_before})


def _counted(steps: DataFrame, by: list[str], overlapping: Collection[str]) -> DataFrame:
    """Units that reached each step, and their share of the units that reached the step before.

    One row per group and step. Open units of so few people that they must not be published count as
    not open.
    """
    counts = {
        "_begun": F.count("*"),
        "reached_count": F.count_if("is_reached"),
        "open_count": F.count_if(~F.col("is_reached") & F.col("is_open")),
        "_open_before": F.count_if(F.col("was_before") & ~F.col("is_reached") & F.col("is_open")),
    }
    of_people = steps.groupBy(*by, "step_no", "person_id").agg(
        *(count.alias(c) for c, count in counts.items())
    )
    counts_of_people = {
        "people_count": "reached_count",
        "_who_open": "open_count",
        "_who_open_before": "_open_before",
    }
    people = [F.count_if(F.col(units) > 0).alias(name) for name, units in counts_of_people.items()]
    counted = of_people.groupBy(*by, "step_no").agg(*people, *(F.sum(c).alias(c) for c in counts))
    same = ("step_no", *by[1:])
    for units, who_open in (("open_count", "_who_open"), ("_open_before", "_who_open_before")):
        may_publish = is_publishable(F.col(who_open), *same, overlapping=overlapping)
        counted = counted.withColumn(units, F.when(may_publish, F.col(units)).otherwise(F.lit(0)))
    before = F.lag("reached_count").over(Window.partitionBy(*by).orderBy("step_no"))
    share = _share(F.col("reached_count"), F.coalesce(before, "_begun") - F.col("_open_before"))
    return counted.withColumn("step_share", share)


def _facts(funnel: Funnel, run_id: str) -> dict[str, Column]:
    label = F.get(F.array(*(F.lit(s) for s in funnel.steps)), F.col("step_no").cast("int") - 1)
    of_any = F.concat(F.col("step_no").cast("string"), F.lit(" of them"))
    return {
        "funnel": F.lit(funnel.name),
        "step": of_any if funnel.order == "any" else label,
        "run_id": F.lit(run_id),
    }


def to_reached(paths: DataFrame, funnel: Funnel, *, end: datetime) -> DataFrame:
    """One row per path: person_id, segments, depth, seconds, began_ms, is_open.

    `depth` is the number of steps reached, 0 for none. `seconds` are from the first step to each
    step.

    Every step that fits the first one is tried as the start. The deepest chain is kept, the
    earliest on ties, so a false start does not hide a later success. A chain ends with the window,
    which counts from its first step, and at an excluded step. One step of a path serves one step of
    a chain. Steps of one time are taken in the funnel's own order: which came first, a time in
    whole seconds cannot tell. `paths` are of the funnel's unit, with the segments of their person
    (see `person_batches.with_segments`). `end` is when the data ends.
    """
    rows = paths.select(
        "person_id",
        "segments",
        F.col("steps").cast("array<string>").alias("steps"),
        F.col("at_ms").cast("array<long>").alias("at_ms"),
    )
    end_ms = int(end.timestamp() * 1000)
    return rows.mapInArrow(
        partial(_reached, funnel=funnel, end_ms=end_ms),
        "person_id string, segments array<string>, depth long, seconds array<double>, "
        "began_ms long, is_open boolean",
    )


def _reached(
    batches: Iterator[pa.RecordBatch], *, funnel: Funnel, end_ms: int
) -> Iterator[pa.RecordBatch]:
    """How far each path got. Runs on executors."""
    items = [read_pattern(step).items[0] for step in funnel.steps]
    excluded = [read_pattern(step).items[0] for step in funnel.exclude]
    within_ms = int(funnel.window_hours * 3_600_000)
    for batch in batches:
        path, at_ms, name, names = flat_paths(batch)
        fits = [fitting(name, names, item) for item in items]
        name = name[in_order_of_ties(path, at_ms, fits)]
        fits = [fitting(name, names, item) for item in items]
        barrier = (
            np.logical_or.reduce([fitting(name, names, item) for item in excluded])
            if excluded
            else None
        )
        if funnel.order == "any":
            attempts = in_any_order(path, at_ms, fits, within_ms=within_ms, barrier=barrier)
        else:
            links = [
                Link(fit, funnel.order == "strict" and number > 0)
                for number, fit in enumerate(fits)
            ]
            attempts = chains(path, at_ms, links, within_ms=within_ms, barrier=barrier)
        depth = np.zeros(batch.num_rows, dtype=np.int64)
        chosen = deepest(path, attempts)
        chosen_path = path[attempts.anchor[chosen]]
        depth[chosen_path] = attempts.depth[chosen]
        began = np.zeros(batch.num_rows, dtype=np.int64)
        began[chosen_path] = at_ms[attempts.anchor[chosen]]
        latest = np.full(batch.num_rows, np.iinfo(np.int64).min // 2)
        np.maximum.at(latest, path[attempts.anchor], at_ms[attempts.anchor])
        is_open = (depth > 0) & (depth < len(items)) & (latest + within_ms > end_ms)
        bounds = np.concatenate(([0], np.cumsum(depth))).astype(np.int32)
        inside = np.arange(len(items)) < attempts.depth[chosen][:, None]
        elapsed_ms = attempts.at_ms[chosen] - at_ms[attempts.anchor[chosen]][:, None]
        seconds = elapsed_ms[inside] / 1000.0
        yield pa.RecordBatch.from_pydict(
            {
                "person_id": batch.column("person_id"),
                "segments": batch.column("segments"),
                "depth": pa.array(depth),
                "seconds": pa.ListArray.from_arrays(pa.array(bounds), pa.array(seconds)),
                "began_ms": pa.array(began, mask=depth == 0),
                "is_open": pa.array(is_open),
            }
        )


def _share(part: Column, whole: Column) -> Column:
    return F.when(whole > 0, part / whole)
