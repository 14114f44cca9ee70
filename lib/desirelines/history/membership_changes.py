"""Membership over runs, as rows: changes, and the state after a run."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from desirelines.history.freshness import NOT_PUBLISHED, Freshness
from desirelines.tables import SEGMENT_CHANGES, SEGMENT_MEMBERS
from desirelines.tables.conform import conform

ENTERED, LEFT, PRIMARY_CHANGED = "entered", "left", "primary_changed"
NEW, GONE = "new", "gone"


def to_changes(before: DataFrame, now: DataFrame, *, run_id: str, as_of: date) -> DataFrame:
    """One row per person and segment that they entered, left or changed primary for, as contracted.

    One full join. `before` and `now` hold person_id, segment_id, is_primary, bucket, one row per
    person and segment.
    """
    old = before.select(
        "person_id",
        "segment_id",
        F.col("is_primary").alias("was_primary"),
        F.col("bucket").alias("old_bucket"),
    )
    both = now.select("person_id", "segment_id", "is_primary", "bucket").join(
        old, ["person_id", "segment_id"], "full"
    )
    change = (
        F.when(F.col("was_primary").isNull(), F.lit(ENTERED))
        .when(F.col("is_primary").isNull(), F.lit(LEFT))
        .when(~F.col("is_primary").eqNullSafe(F.col("was_primary")), F.lit(PRIMARY_CHANGED))
    )
    rows = both.withColumns(
        {
            "change": change,
            "is_primary": F.coalesce("is_primary", F.lit(False)),
            "bucket": F.coalesce("bucket", "old_bucket"),
            "run_id": F.lit(run_id),
            "effective_on": F.lit(as_of),
        }
    ).filter(F.col("change").isNotNull())
    return conform(rows, SEGMENT_CHANGES)


def to_members(
    changes: DataFrame, chain: DataFrame, *, run_id: str, fresh: Freshness = NOT_PUBLISHED
) -> DataFrame:
    """Members after the last run of a chain, as contracted.

    For each person and segment the newest change decides. `chain` holds run_id and place (from 1,
    in the order of publication); changes of other runs do not count. `fresh` is the same in every
    row.
    """
    counted = changes.join(F.broadcast(chain), "run_id")
    newest = Window.partitionBy("person_id", "segment_id").orderBy(F.col("place").desc())
    entered = Window.partitionBy("person_id", "segment_id")
    last = counted.withColumns(
        {
            "_recent": F.row_number().over(newest),
            "_entered": F.max_by(
                F.when(F.col("change") == ENTERED, F.col("effective_on")),
                F.when(F.col("change") == ENTERED, F.col("place")),
            ).over(entered),
        }
    ).filter((F.col("_recent") == 1) & (F.col("change") != LEFT))
    rows = last.withColumns(
        {
            "since_on": F.col("_entered"),
            "run_id": F.lit(run_id),
            "computed_at": F.lit(fresh.computed_at),
            "data_through": F.lit(fresh.data_through),
            "expires_at": F.lit(fresh.expires_at),
        }
    )
    return conform(rows, SEGMENT_MEMBERS)


def to_moves(before: DataFrame, now: DataFrame, expected: DataFrame | None) -> DataFrame:
    """People by main segment then and now, with every cell.

    Must not be published as it is (see `publishable`). Columns: from_segment_id, to_segment_id,
    people_count, model_count. `expected` holds person_id and expected_segment_id: where the
    previous model puts a person today. A person who would have stayed by that model moved because
    the model changed. Everybody else who moved did so by their behaviour.
    """
    old = before.filter("is_primary").select(
        "person_id", F.col("segment_id").alias("from_segment_id")
    )
    new = now.filter("is_primary").select("person_id", F.col("segment_id").alias("to_segment_id"))
    both = old.join(new, "person_id", "full")
    by_model = F.lit(False)
    if expected is not None:
        both = both.join(expected, "person_id", "left")
        would_stay = F.col("expected_segment_id") == F.col("from_segment_id")
        by_model = F.coalesce(would_stay & F.col("to_segment_id").isNotNull(), F.lit(False))
    return both.groupBy(
        F.coalesce("from_segment_id", F.lit(NEW)).alias("from_segment_id"),
        F.coalesce("to_segment_id", F.lit(GONE)).alias("to_segment_id"),
    ).agg(F.count("*").alias("people_count"), F.count_if(by_model).alias("model_count"))


def to_interval_edits(
    open_rows: DataFrame,
    wanted: DataFrame,
    *,
    key: tuple[str, ...],
    values: tuple[str, ...],
    run_id: str,
) -> DataFrame:
    """Rows to merge so that `wanted` holds from this run on.

    They are closed rows (to_run set) and opened rows (from_run is this run). A row with unchanged
    values is not touched. Closing and opening share one MERGE by (key, from_run). A second attempt
    of the same run finds its own rows open and changes nothing.
    """
    old = open_rows.select(
        *key,
        *(F.col(v).alias(f"_old_{v}") for v in values),
        F.col("from_run").alias("_from"),
        F.lit(True).alias("_was"),
    )
    both = wanted.withColumn("_wanted", F.lit(True)).join(old, list(key), "full")
    was_there, is_wanted = F.coalesce("_was", F.lit(False)), F.coalesce("_wanted", F.lit(False))
    same = was_there & is_wanted
    for value in values:
        same = same & F.col(value).eqNullSafe(F.col(f"_old_{value}"))
    changed = both.filter(~same)
    closed = changed.filter(was_there & (F.col("_from") != run_id)).withColumns(
        {
            **{v: F.col(f"_old_{v}") for v in values},
            "from_run": F.col("_from"),
            "to_run": F.lit(run_id),
        }
    )
    opened = changed.filter(is_wanted).withColumns(
        {"from_run": F.lit(run_id), "to_run": F.lit(None).cast("string")}
    )
    columns = [*key, *values, "from_run", "to_run"]
    return closed.select(*columns).unionByName(opened.select(*columns))
