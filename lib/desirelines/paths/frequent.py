"""Patterns that are worn the most: steps in a row, sequences with others between; and what they say of a goal."""

from __future__ import annotations

from pyspark.ml.fpm import PrefixSpan
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.contract import conform
from desirelines.paths.edges import HIDDEN, OTHER, in_segments
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


def to_rows_of_steps(
    paths: DataFrame, members: DataFrame, length: int, *, share: float, most: int, has_goal: bool, run_id: str
) -> DataFrame:
    """Runs of two or three steps inside paths, as contracted; three shuffles, of runs counted by path.

    `paths` carry person_id, grain, steps, at_ms and goal_ms. Kept are those that `share` of all paths hold, the `most`
    frequent by people; of each segment the same ones.
    """
    count = F.size("steps") - (length - 1)
    names = [F.slice("steps", F.lit(n), F.greatest(count, F.lit(0))).alias(f"s{n}") for n in range(1, length + 1)]
    ended = F.slice("at_ms", F.lit(length), F.greatest(count, F.lit(0))).alias("ended")
    runs = paths.withColumn("_path", F.monotonically_increasing_id()).select(
        "person_id", "grain", "_path", "goal_ms", F.explode(F.arrays_zip(*names, ended)).alias("run")
    )
    told = [F.col(f"run.s{n}") for n in range(1, length + 1)]
    runs = runs.filter(~_any(told, (HIDDEN, OTHER)))
    of_path = runs.groupBy(
        "person_id", "grain", "_path", "goal_ms", *(c.alias(f"s{n}") for n, c in enumerate(told))
    ).agg(F.min("run.ended").alias("_ended"), F.count("*").alias("times"))
    quoted = [_quoted(F.col(f"s{n}")) for n in range(length)]
    shown = of_path.select(
        "person_id", "grain", "goal_ms", "_ended", "times", F.concat_ws(" -> ", *quoted).alias("pattern")
    )
    counted = _counted(paths, shown.withColumn("kind", F.lit(ROWS[length])), members, has_goal=has_goal)
    return _kept(counted, share=share, most=most, run_id=run_id)


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


def to_matches(
    paths: DataFrame, members: DataFrame, patterns: list[Pattern], kind: str, *, has_goal: bool, run_id: str
) -> DataFrame:
    """The patterns given, counted, as contracted. One shuffle of matches; `paths` as for `to_rows_of_steps`."""
    found = with_matches(paths, patterns).select("person_id", "grain", "goal_ms", F.explode("matches").alias("m"))
    names = F.array(*(F.lit(p.text) for p in patterns))
    name = F.get(names, F.col("m.pattern").cast("int")).alias("pattern")
    shown = found.select(
        "person_id", "grain", "goal_ms", F.col("m.last_ms").alias("_ended"), F.col("m.times").alias("times"), name
    )
    counted = _counted(paths, shown.withColumn("kind", F.lit(kind)), members, has_goal=has_goal)
    return _kept(counted, share=0, most=len(patterns), run_id=run_id)


def _counted(paths: DataFrame, shown: DataFrame, members: DataFrame, *, has_goal: bool) -> DataFrame:
    """Patterns counted per segment, with the odds of the goal. A pattern counts for the goal where it ended before it."""
    totals = (
        in_segments(paths.select("person_id", "grain", "goal_ms"), members)
        .groupBy("grain", "segment_id")
        .agg(
            F.count("*").alias("_paths"),
            F.count_distinct("person_id").alias("_people"),
            F.count("goal_ms").alias("_goals"),
        )
    )
    is_before = F.col("goal_ms").isNull() | (F.col("_ended") < F.col("goal_ms"))
    with_pattern = in_segments(shown, members).groupBy("grain", "segment_id", "kind", "pattern").agg(
        F.count("*").alias("path_count"), F.count_distinct("person_id").alias("people_count"), F.sum("times").alias("occurrence_count"),
        F.count_if(is_before & F.col("goal_ms").isNotNull()).alias("_s1"), F.count_if(F.col("goal_ms").isNull()).alias("_f1"),
    )  # fmt: skip
    rows = with_pattern.join(F.broadcast(totals), ["grain", "segment_id"])
    s0, f0 = F.col("_goals") - F.col("_s1"), F.col("_paths") - F.col("_goals") - F.col("_f1")
    odds = (F.col("_s1") + 1) * (f0 + 1) / ((s0 + 1) * (F.col("_f1") + 1))
    enough = F.col("people_count") >= F.least(F.lit(LEAST_PEOPLE), F.ceil(F.col("_people") * LEAST_SHARE))
    missed = F.col("_paths") - F.col("_goals")
    skewed = (F.col("_goals") > SKEWED * missed) | (missed > SKEWED * F.col("_goals"))
    return rows.withColumns({
        "path_share": F.col("path_count") / F.col("_paths"),
        "goal_odds": F.when(F.lit(has_goal) & enough, odds),
        "is_skewed": F.when(F.lit(has_goal), skewed),
    })  # fmt: skip


def _kept(counted: DataFrame, *, share: float, most: int, run_id: str) -> DataFrame:
    """Patterns that are frequent among all, of every segment; those of few people are left out."""
    known = counted.filter(F.col("people_count") >= SMALL_GROUP)
    rank = Window.partitionBy("grain", "kind").orderBy(F.col("people_count").desc(), "pattern")
    top = known.filter((F.col("segment_id") == "all") & (F.col("path_share") >= share)).withColumn(
        "_rank", F.row_number().over(rank)
    )
    top = top.filter(F.col("_rank") <= most).select("grain", "kind", "pattern")
    return conform(
        known.join(top, ["grain", "kind", "pattern"], "left_semi").withColumn("run_id", F.lit(run_id)), PATH_PATTERNS
    )


def _any(names: list[Column], hidden: tuple[str, ...]) -> Column:
    found = F.lit(False)
    for name in names:
        found = found | name.isin(*hidden)
    return found


def _quoted(name: Column) -> Column:
    """A step's name as the language of patterns writes it."""
    return F.when(name.rlike(r"\A[\w./:%+~@#]+(-[\w./:%+~@#]+)*( [\w./:%+~@#]+)*\z"), name).otherwise(
        F.concat(F.lit('"'), name, F.lit('"'))
    )
