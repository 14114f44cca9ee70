"""Most frequent path patterns: n-grams, sequences with gaps, and their odds of the goal."""

from __future__ import annotations

from collections.abc import Collection

from pyspark.ml.fpm import PrefixSpan
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.columns.small_groups import keep_publishable
from desirelines.frames.keep import kept, release
from desirelines.paths.pattern_counts import ASKED, to_totals
from desirelines.paths.pattern_matching import with_matches
from desirelines.paths.person_batches import ALL, to_groups
from desirelines.paths.transitions import HIDDEN, OTHER
from desirelines.settings.patterns import Pattern
from desirelines.tables import PATH_PATTERNS, SMALL_GROUP
from desirelines.tables.conform import conform

LEAST_PEOPLE, LEAST_SHARE, SKEWED = 25, 0.02, 10
"""Odds are reported for patterns that at least min(25, 2 %) of the people show; outcomes of more
than 10:1 are skewed."""
MOST_PREFIX_SPAN = 32_000_000
"""Largest part of the paths, in items, that PrefixSpan handles in one task."""


def with_goal(paths: DataFrame, goal: Pattern | None) -> DataFrame:
    """Add `goal_ms`, when the path first reached the goal (the end of its pattern); else null."""
    if goal is None:
        return paths.withColumn("goal_ms", F.lit(None).cast("long"))
    both = paths.withColumns({"_steps": F.col("steps"), "_at_ms": F.col("at_ms")})
    with_goal_ms = with_matches(both, [goal]).withColumns(
        {
            "goal_ms": F.array_min("matches.last_ms"),
            "steps": F.col("_steps"),
            "at_ms": F.col("_at_ms"),
        }
    )
    return with_goal_ms.drop("matches", "_steps", "_at_ms")


def frequent_sequences(
    paths: DataFrame, *, share: float, most: int, longest: int
) -> list[tuple[str, ...]]:
    """Maximal sequences of at least two steps, with gaps, that `share` of the paths hold.

    Found by MLlib's PrefixSpan. Maximal: no longer frequent sequence contains it. Ties go by
    alphabet.
    """
    names = F.array_except("steps", F.array(F.lit(HIDDEN), F.lit(OTHER)))
    named_steps = F.filter("steps", lambda s: ~s.isin(HIDDEN, OTHER))
    rows = paths.filter(F.size(names) > 1).select(
        F.transform(named_steps, lambda s: F.array(s)).alias("sequence")
    )
    whole = paths.count()
    rows = kept(rows)  # PrefixSpan reads them more than once
    try:
        return _most_frequent(rows, whole, share=share, most=most, longest=longest)
    finally:
        release(rows)


def _most_frequent(
    rows: DataFrame, whole: int, *, share: float, most: int, longest: int
) -> list[tuple[str, ...]]:
    count = rows.count()
    if not count:
        return []
    span = PrefixSpan(
        minSupport=min(1.0, share * whole / count),
        maxPatternLength=longest,
        maxLocalProjDBSize=MOST_PREFIX_SPAN,
    )
    frequent = span.findFrequentSequentialPatterns(rows).filter(F.size("sequence") > 1)
    ranked = frequent.orderBy(F.col("freq").desc(), F.to_json("sequence")).limit(most * 5).collect()
    return maximal([tuple(step for (step,) in row["sequence"]) for row in ranked])[:most]


def maximal(sequences: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Sequences that no longer one contains, in the given order."""
    of_steps = [(sequence, frozenset(sequence)) for sequence in sequences]
    return [
        short
        for short, steps in of_steps
        if not any(
            len(long) > len(short) and steps <= others and is_inside(short, long)
            for long, others in of_steps
        )
    ]


def is_inside(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether one sequence is contained in another, in order, with gaps."""
    rest = iter(long)
    return all(step in rest for step in short)


def to_patterns(
    paths: DataFrame,
    held: DataFrame,
    *,
    share: float,
    most: int,
    has_goal: bool,
    run_id: str,
    overlapping: Collection[str] = (),
) -> DataFrame:
    """One row per grain, segment and pattern, as contracted. Shuffles groups only.

    `held` are tallies by kind and pattern (see `pattern_counts`). Of each kind, patterns stay that
    `share` of all paths hold, up to `most` by people, the same ones for every segment; configured
    patterns all stay. A pattern counts for the goal where it ended before it. `overlapping` are the
    segments that do not divide everybody.
    """
    totals = to_groups(to_totals(paths))
    counted = to_groups(held, "kind", "pattern")
    rows = counted.filter(F.col("people_count") >= SMALL_GROUP).join(
        F.broadcast(totals), ["grain", "segment_id"]
    )
    rows = rows.withColumns(
        {
            "path_share": F.col("path_count") / F.col("_paths"),
            **_odds(has_goal),
            "run_id": F.lit(run_id),
        }
    )
    is_all = F.col("segment_id") == ALL
    by_people = Window.partitionBy("grain", "kind", is_all).orderBy(
        F.col("people_count").desc(), "pattern"
    )
    ranked = rows.withColumn("_rank", F.row_number().over(by_people))
    of_all = (F.col("_rank") <= most) & (F.col("path_share") >= share) | (F.col("kind") == ASKED)
    stays = F.max(is_all & of_all).over(Window.partitionBy("grain", "kind", "pattern"))
    staying = ranked.withColumn("_stays", stays).filter("_stays")
    return conform(
        keep_publishable(staying, "grain", "kind", "pattern", overlapping=overlapping),
        PATH_PATTERNS,
    )


def _odds(has_goal: bool) -> dict[str, Column]:
    """Odds of the goal with the pattern over odds without, and whether outcomes are skewed.

    One is added to each count.
    """
    s1, f1, missed = F.col("_before"), F.col("_missed"), F.col("_paths") - F.col("_goals")
    odds = (s1 + 1) * (missed - f1 + 1) / ((F.col("_goals") - s1 + 1) * (f1 + 1))
    enough = F.col("people_count") >= F.least(
        F.lit(LEAST_PEOPLE), F.ceil(F.col("_people") * LEAST_SHARE)
    )
    skewed = (F.col("_goals") > SKEWED * missed) | (missed > SKEWED * F.col("_goals"))
    return {
        "goal_odds": F.when(F.lit(has_goal) & enough, odds),
        "is_skewed": F.when(F.lit(has_goal), skewed),
    }
