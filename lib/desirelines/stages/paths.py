"""Build the tables of paths from sessions and memberships: six tables, sessions read once."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from desirelines.frames.keep import checkpointed, kept, release
from desirelines.io.tables.driver_rows import DriverRows
from desirelines.paths.frequent_patterns import frequent_sequences, to_patterns, with_goal
from desirelines.paths.funnels import to_funnel_steps, to_funnel_weeks, to_reached
from desirelines.paths.pattern_counts import to_ngram_counts, to_pattern_counts, to_sequence_counts
from desirelines.paths.person_batches import colocated_by_person, with_segments
from desirelines.paths.step_matrix import to_positions, to_step_facts
from desirelines.paths.transitions import published_steps, to_edges, with_published_steps
from desirelines.paths.units import PERSON, SESSION, to_person_paths, to_session_paths
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.settings.patterns import Pattern, check_names, read_pattern
from desirelines.tables import (
    FUNNEL_STEPS,
    FUNNEL_WEEKS,
    PATH_EDGES,
    PATH_PATTERNS,
    PATH_POSITIONS,
    PATH_STEPS,
    SEGMENT_SIZES,
    Table,
)
from desirelines.views.members import members_after
from desirelines.views.rules import rules_of
from desirelines.views.sessions import published_sessions


def build_paths(run: Run) -> StageReport:
    """Sessions and memberships → the tables of paths and funnels, per segment and for everybody."""
    return StageReport(write_paths(run))


def write_paths(run: Run) -> int:
    """Write the run's tables of paths; give their number of rows.

    Raises:
        SettingsError: a pattern or a funnel of the settings cannot be read, or names a step that
            nobody ever took.
    """
    paths, run_id = run.settings.paths, run.run_id
    asked_patterns(run)
    goal = read_pattern(paths.goal) if paths.goal else None
    members = members_of_published_segments(run)
    rules = overlapping(run)
    # A goal can name a step that is not published, so it is searched in the original steps.
    session_paths = with_segments(
        with_goal(to_session_paths(published_sessions(run)), goal), members
    )
    session_paths = kept(colocated_by_person(session_paths), colocated_by_person)
    published = published_steps(
        session_paths, top_steps=paths.top_steps, min_people=paths.min_people
    )
    columns = ("person_id", "grain", "segments", "goal_ms", "steps", "at_ms")
    unit_paths = session_paths.select(*columns).unionByName(
        to_person_paths(session_paths), allowMissingColumns=True
    )
    unit_paths = kept(with_published_steps(unit_paths, published), colocated_by_person)
    shown = unit_paths.filter(F.col("grain") == SESSION)
    try:
        check_steps(run, session_paths)
        rows = [
            (to_edges(unit_paths, run_id=run_id, overlapping=rules), PATH_EDGES),
            (
                to_positions(unit_paths, places=paths.places, run_id=run_id, overlapping=rules),
                PATH_POSITIONS,
            ),
            (to_step_facts(unit_paths, run_id=run_id, overlapping=rules), PATH_STEPS),
            (_patterns(run, session_paths, shown), PATH_PATTERNS),
            *_funnels(run, session_paths),
        ]
        written = {table: Observation(f"desirelines {table.name}") for _, table in rows}
        row_count = F.count(F.lit(1)).alias("n")
        no_funnel: list[tuple[DriverRows, Table]] = [
            ([], table) for table in (FUNNEL_STEPS, FUNNEL_WEEKS) if table not in written
        ]
        run.warehouse.replace_run_of(
            [*((r.observe(written[t], row_count), t) for r, t in rows), *no_funnel], run_id
        )
    finally:
        release(unit_paths, session_paths)
    return sum(int(o.get["n"]) for o in written.values())


def members_of_published_segments(run: Run) -> DataFrame:
    """Members after the run of segments whose size is published: person_id, segment_id.

    Other segments have no rows of paths.
    """
    sizes = run.warehouse.rows(SEGMENT_SIZES, where={"run_id": [run.run_id]})
    withheld_sizes = [s["segment_id"] for s in sizes if s["people_count"] is None]
    members = members_after(run, run.run_id).select("person_id", "segment_id")
    return members.filter(~F.col("segment_id").isin(withheld_sizes))


def overlapping(run: Run) -> frozenset[str]:
    """Segments that can overlap: those of rules that are nobody's main segment."""
    return frozenset(rule.segment_id for rule in rules_of(run) if not rule.is_primary)


def asked_patterns(run: Run) -> list[Pattern]:
    """Every pattern in the settings, parsed: patterns, goal, steps of funnels.

    Raises:
        SettingsError: one cannot be read.
    """
    paths = run.settings.paths
    goal = [paths.goal] if paths.goal else []
    steps = [step for funnel in paths.funnels for step in (*funnel.steps, *funnel.exclude)]
    return [read_pattern(text) for text in (*paths.patterns, *goal, *steps)]


def check_steps(run: Run, paths: DataFrame) -> None:
    """Make sure that somebody took every step that the settings name.

    Raises:
        SettingsError: nobody took one; the nearest name is suggested.
    """
    asked = asked_patterns(run)
    if not asked:
        return
    names = sorted(frozenset().union(*(p.names for p in asked)))
    visits = paths.select("person_id", F.explode(F.array_distinct("steps")).alias("step"))
    steps = visits.groupBy("step").agg(F.count_distinct("person_id").alias("n"))
    enough = F.col("n") >= run.settings.paths.min_people
    taken = {
        r[0] for r in steps.filter(F.col("step").isin(names) | enough).select("step").collect()
    }
    check_names(asked, taken)


def _patterns(run: Run, session_paths: DataFrame, shown: DataFrame) -> DataFrame:
    """N-grams and frequent sequences of published steps; the settings' patterns of all steps."""
    settings = run.settings.paths
    share, most = settings.pattern_share, settings.most_patterns
    counts = [to_ngram_counts(shown)]
    sequences = frequent_sequences(shown, share=share, most=most, longest=settings.longest_sequence)
    if sequences:
        counts.append(to_sequence_counts(shown, sequences))
    if settings.patterns:
        counts.append(
            to_pattern_counts(session_paths, [read_pattern(text) for text in settings.patterns])
        )
    return to_patterns(
        shown,
        reduce(DataFrame.unionByName, counts),
        share=share,
        most=most,
        has_goal=settings.goal is not None,
        run_id=run.run_id,
        overlapping=overlapping(run),
    )


def _funnels(run: Run, session_paths: DataFrame) -> list[tuple[DataFrame, Table]]:
    """Every funnel of the settings, as a whole and by week; nothing without a funnel."""
    end, zone, rules = run.window.end, run.settings.site.time_zone, overlapping(run)
    funnels: dict[Table, list[DataFrame]] = {}
    for funnel in run.settings.paths.funnels:
        units = to_person_paths(session_paths) if funnel.unit == PERSON else session_paths
        reached = checkpointed(to_reached(units, funnel, end=end), lazy=True)  # read four times
        steps = to_funnel_steps(reached, funnel, run_id=run.run_id, overlapping=rules)
        weeks = to_funnel_weeks(
            reached, funnel, zone=zone, end=end, run_id=run.run_id, overlapping=rules
        )
        for table, rows in ((FUNNEL_STEPS, steps), (FUNNEL_WEEKS, weeks)):
            funnels.setdefault(table, []).append(rows)
    return [(reduce(DataFrame.unionByName, rows), table) for table, rows in funnels.items()]
