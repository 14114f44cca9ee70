"""What rules ask of people's paths: patterns that they hold, and how far people got in funnels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.paths.funnels import to_reached
from desirelines.paths.pattern_matching import with_matches
from desirelines.paths.units import PERSON, to_person_paths, to_session_paths
from desirelines.rules.facts import Asked
from desirelines.rules.spans import start_us
from desirelines.settings.paths import Funnel
from desirelines.settings.patterns import read_pattern
from desirelines.settings.rule_conditions import InFunnel, PathHolds, Span

NO_SEGMENTS = "segments"


def path_facts(
    sessions: DataFrame, asked: Mapping[Asked, str], funnels: Mapping[str, Funnel], end: datetime
) -> list[DataFrame]:
    """Frames with a row per person, for all tests of paths: those of patterns, then of funnels.

    A pattern's column is true where the path holds it; a funnel's holds the depth that was reached,
    and whether it is open: `rules.columns` says what they mean.
    """
    in_sessions = to_session_paths(sessions).withColumn(
        NO_SEGMENTS, F.lit(None).cast("array<string>")
    )
    paths = to_person_paths(in_sessions)
    facts = _pattern_facts(paths, asked, end)
    of_funnels: dict[InFunnel, str] = {t: n for t, n in asked.items() if isinstance(t, InFunnel)}
    for name in dict.fromkeys(of_funnels.values()):
        test = next(t for t, n in of_funnels.items() if n == name)
        funnel = funnels[test.funnel]
        units = paths if funnel.unit == PERSON else in_sessions
        facts.append(_funnel_facts(_inside(units, test.window, end), funnel, name, end))
    return facts


def _pattern_facts(paths: DataFrame, asked: Mapping[Asked, str], end: datetime) -> list[DataFrame]:
    """For each window, a row per person whose path in it holds a pattern."""
    by_window: dict[Span | None, dict[PathHolds, str]] = {}
    for test, name in asked.items():
        if isinstance(test, PathHolds):
            by_window.setdefault(test.window, {})[test] = name
    facts = []
    for window, tests in by_window.items():
        patterns = [read_pattern(test.pattern) for test in tests]
        matched = with_matches(_inside(paths, window, end), patterns)
        holds = (_holds(number).alias(name) for number, name in enumerate(tests.values()))
        facts.append(matched.select("person_id", *holds))
    return facts


def _funnel_facts(units: DataFrame, funnel: Funnel, name: str, end: datetime) -> DataFrame:
    """The deepest step that a person reached in any unit, and whether a unit is still in time."""
    reached = to_reached(units, funnel, end=end)
    return reached.groupBy("person_id").agg(
        F.struct(F.max("depth").alias("depth"), F.bool_or("is_open").alias("is_open")).alias(name)
    )


def _inside(paths: DataFrame, window: Span | None, end: datetime) -> DataFrame:
    """The part of each path that lies in the window: person_id, segments, steps, at_ms."""
    begin, last = start_us(window, end), F.unix_micros(F.lit(end))

    def is_inside(step: Column) -> Column:
        return (step["at_ms"] * 1000 >= begin) & (step["at_ms"] * 1000 < last)

    inside = F.filter(F.arrays_zip("steps", "at_ms"), is_inside)
    return paths.select("person_id", NO_SEGMENTS, inside.alias("_inside")).select(
        "person_id",
        NO_SEGMENTS,
        F.col("_inside.steps").alias("steps"),
        F.col("_inside.at_ms").alias("at_ms"),
    )


def _holds(number: int) -> Column:
    return F.exists("matches", lambda match: match["pattern"] == number)
