"""Changes since a published run, summed up: what an activation tool has to do."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.history.membership_changes import LEFT
from desirelines.tables import NET_CHANGES
from desirelines.tables.conform import conform

ENTER, EXIT, CHANGED = "enter", "exit", "changed"


def to_net_changes(published_changes: DataFrame, *, after: int, until: int) -> DataFrame:
    """What changed between two published runs: at most one row per person and segment.

    As contracted. Both runs are given by their sequence; `after` 0 is before the first. `change`
    compares membership after the run `until` with that after the run `after`: enter, exit, or
    changed, when only is_primary differs. Somebody who left and came back the same has no row. The
    other columns are those of the newest change in between.
    """
    known = published_changes.filter(F.col("sequence") <= until)
    newest = F.struct("change", "is_primary", "effective_on", "run_id", "published_at")
    is_old = F.col("sequence") <= after
    # A total order: of a person and segment a run has one change at most.
    ends = known.groupBy("person_id", "segment_id").agg(
        F.max_by(F.struct("change", "is_primary"), F.when(is_old, F.col("sequence"))).alias("was"),
        F.max_by(newest, "sequence").alias("now"),
        F.max("sequence").alias("sequence"),
    )
    was, now = _is_member("was"), _is_member("now")
    change = (
        F.when(now & ~was, ENTER)
        .when(was & ~now, EXIT)
        .when(was & now & ~F.col("was.is_primary").eqNullSafe(F.col("now.is_primary")), CHANGED)
    )
    rows = ends.filter(F.col("sequence") > after).select(
        "*",
        change.alias("change"),
        "now.is_primary",
        "now.effective_on",
        "now.run_id",
        "now.published_at",
    )
    return conform(rows.filter(F.col("change").isNotNull()), NET_CHANGES)


def _is_member(newest: str) -> Column:
    """Whether a person's newest change leaves them in the segment; not, when there is none."""
    return F.coalesce(F.col(f"{newest}.change") != LEFT, F.lit(False))
