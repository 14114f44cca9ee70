"""Patterns that are worn the most: steps in a row, sequences with others between; and what they say of a goal."""

from __future__ import annotations

from functools import reduce

from pyspark.ml.fpm import PrefixSpan
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.contract import conform
from desirelines.paths.edges import ALL, HIDDEN, OTHER, in_segments
from desirelines.paths.matching import with_matches
from desirelines.paths.patterns import Pattern, plain, read_pattern
from desirelines.tables import PATH_PATTERNS, SMALL_GROUP

ROWS = {2: "pair", 3: "triple"}
SEQUENCE, ASKED = "sequence", "asked"
LEAST_PEOPLE, LEAST_SHARE, SKEWED = 25, 0.02, 10
"""Odds are told of patterns that at least min(25, 2 %) of the people show; 10:1 of success to failure is skewed."""
MOST_PREFIX_SPAN = 32_000_000
"""Largest part of the paths, in items, that PrefixSpan works on in one task."""


def with_goal(paths: DataFrame, goal: Pattern | None) -> DataFrame:
    """Add `goal_ms`, when the goal was first reached in the path (the end of its pattern); null when it was not."""
    if goal is None:
        return paths.withColumn("goal_ms", F.lit(None).cast("long"))
    both = paths.withColumns({"_steps": F.col("steps"), "_at_ms": F.col("at_ms")})
    found = with_matches(both, [goal]).withColumns(
        {"goal_ms": F.array_min("matches.last_ms"), "steps": F.col("_steps"), "at_ms": F.col("_at_ms")}
    )
    return found.drop("matches", "_steps", "_at_ms")


def rows_of_steps(paths: DataFrame, length: int) -> DataFrame:
    """Runs of two or three steps inside paths, one row for each that a path holds, as `to_patterns` takes them."""
    count = F.greatest(F.size("steps") - (length - 1), F.lit(0))
    names = [F.slice("steps", F.lit(n), count).alias(f"s{n}") for n in range(1, length + 1)]
    runs = F.explode(F.arrays_zip(*names, F.slice("at_ms", F.lit(length), count).alias("ended"))).alias("run")
    numbered = paths.withColumn("_path", F.monotonically_increasing_id())
    found = numbered.select("person_id", "grain", "_path", "goal_ms", runs)
    steps = [f"s{n}" for n in range(1, length + 1)]
    published = reduce(lambda one, other: one & other, (~F.col(f"run.{s}").isin(HIDDEN, OTHER) for s in steps))
    grouped = found.filter(published).groupBy(
        "person_id", "grain", "_path", "goal_ms", *(F.col(f"run.{s}").alias(s) for s in steps)
    )
    of_path = grouped.agg(F.min("run.ended").alias("ended_ms"), F.count("*").alias("times"))
    text = F.concat_ws(" -> ", *(_quoted(F.col(s)) for s in steps)).alias("pattern")
    return of_path.select("person_id", "grain", "goal_ms", "ended_ms", "times", text, F.lit(ROWS[length]).alias("kind"))


def matches_of(paths: DataFrame, patterns: list[Pattern], kind: str) -> DataFrame:
    """The patterns given, one row for each that a path holds, as `to_patterns` takes them."""
    found = with_matches(paths, patterns).select("person_id", "grain", "goal_ms", F.explode("matches").alias("m"))
    text = F.get(F.array(*(F.lit(p.text) for p in patterns)), F.col("m.pattern").cast("int")).alias("pattern")
    return found.select(
        "person_id",
        "grain",
        "goal_ms",
        F.col("m.last_ms").alias("ended_ms"),
        "m.times",
        text,
        F.lit(kind).alias("kind"),
    )


def frequent_sequences(paths: DataFrame, *, share: float, most: int, longest: int) -> list[Pattern]:
    """Sequences of two steps and more, others between them allowed, that `share` of the paths hold: maximal ones only.

    By MLlib's PrefixSpan. Maximal: no longer one that is frequent holds it. Ties go to the name that comes first.
    """
    shown = F.array_except("steps", F.array(F.lit(HIDDEN), F.lit(OTHER)))
    hidden = F.filter("steps", lambda s: ~s.isin(HIDDEN, OTHER))
    rows = paths.filter(F.size(shown) > 1).select(F.transform(hidden, lambda s: F.array(s)).alias("sequence"))
    whole = paths.count()
    kept = rows.count()
    if not kept:
        return []
    span = PrefixSpan(
        minSupport=min(1.0, share * whole / kept), maxPatternLength=longest, maxLocalProjDBSize=MOST_PREFIX_SPAN
    )
    found = span.findFrequentSequentialPatterns(rows).filter(F.size("sequence") > 1)
    ranked = found.orderBy(F.col("freq").desc(), F.to_json("sequence")).limit(most * 5).collect()
    sequences = [tuple(step for (step,) in row["sequence"]) for row in ranked]
    maximal = [s for s in sequences if not any(len(o) > len(s) and is_inside(s, o) for o in sequences)]
    return [read_pattern(plain(list(s), gaps=True)) for s in maximal[:most]]


def is_inside(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether one sequence lies in another, in order."""
    rest = iter(long)
    return all(step in rest for step in short)


def to_patterns(
    paths: DataFrame, held: DataFrame, members: DataFrame, *, share: float, most: int, has_goal: bool, run_id: str
) -> DataFrame:
    """One row per grain, segment and pattern, as contracted. Three shuffles, of what paths hold and of patterns.

    `held` holds person_id, grain, goal_ms, ended_ms, times, pattern and kind, once for each pattern that a path holds. Of each
    kind those stay that `share` of all paths hold, the `most` frequent by people, the same of every segment; of those that
    were asked for, all. A pattern counts for the goal where it ended before it.
    """
    totals = in_segments(paths.select("person_id", "grain", "goal_ms"), members).groupBy("grain", "segment_id").agg(
        F.count("*").alias("_paths"), F.count_distinct("person_id").alias("_people"), F.count("goal_ms").alias("_goals")
    )  # fmt: skip
    is_before = F.col("goal_ms").isNotNull() & (F.col("ended_ms") < F.col("goal_ms"))
    counted = in_segments(held, members).groupBy("grain", "segment_id", "kind", "pattern").agg(
        F.count("*").alias("path_count"), F.count_distinct("person_id").alias("people_count"), F.sum("times").alias("occurrence_count"),
        F.count_if(is_before).alias("_s1"), F.count_if(F.col("goal_ms").isNull()).alias("_f1"),
    )  # fmt: skip
    rows = counted.filter(F.col("people_count") >= SMALL_GROUP).join(F.broadcast(totals), ["grain", "segment_id"])
    rows = rows.withColumns(
        {"path_share": F.col("path_count") / F.col("_paths"), **_odds(has_goal), "run_id": F.lit(run_id)}
    )
    is_all = F.col("segment_id") == ALL
    by_people = Window.partitionBy("grain", "kind", is_all).orderBy(F.col("people_count").desc(), "pattern")
    ranked = rows.withColumn("_rank", F.row_number().over(by_people))
    of_all = (F.col("_rank") <= most) & (F.col("path_share") >= share) | (F.col("kind") == ASKED)
    stays = F.max(is_all & of_all).over(Window.partitionBy("grain", "kind", "pattern"))
    return conform(ranked.withColumn("_stays", stays).filter("_stays"), PATH_PATTERNS)


def _odds(has_goal: bool) -> dict[str, Column]:
    """Odds of the goal with the pattern over odds without, each count one more than it is; and whether outcomes are uneven."""
    s1, f1, missed = F.col("_s1"), F.col("_f1"), F.col("_paths") - F.col("_goals")
    odds = (s1 + 1) * (missed - f1 + 1) / ((F.col("_goals") - s1 + 1) * (f1 + 1))
    enough = F.col("people_count") >= F.least(F.lit(LEAST_PEOPLE), F.ceil(F.col("_people") * LEAST_SHARE))
    skewed = (F.col("_goals") > SKEWED * missed) | (missed > SKEWED * F.col("_goals"))
    return {"goal_odds": F.when(F.lit(has_goal) & enough, odds), "is_skewed": F.when(F.lit(has_goal), skewed)}


def _quoted(name: Column) -> Column:
    """A step's name as the language of patterns writes it."""
    return F.when(name.rlike(r"\A[\w./:%+~@#]+(-[\w./:%+~@#]+)*( [\w./:%+~@#]+)*\z"), name).otherwise(
        F.concat(F.lit('"'), name, F.lit('"'))
    )
