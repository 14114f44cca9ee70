"""Contracts: paths and funnels, per segment and for everybody."""

from __future__ import annotations

from desirelines.tables.contract import DAY, FLAG, REAL, RUN_ID, TEXT, WHOLE, Column, Table

GRAIN = Column(
    "grain",
    TEXT,
    "unit of a path: session, or person (all sessions of a person in sequence)",
)
OF_SEGMENT = Column("segment_id", TEXT, "the segment; 'all' for everybody")

PATH_EDGES = Table(
    "path_edges",
    grain=(
        "one pair of adjacent steps in the paths of one segment or of everybody; pairs of fewer "
        "than 10 people, and others that would reveal them (ADR 9), are not written"
    ),
    key=("run_id", "grain", "segment_id", "from_step", "to_step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("from_step", TEXT,
               "step; 'path_start' before the first, '__other__' for steps beyond the top steps, "
               "'__hidden__' for steps of few people; an event with one of these names is the step "
               "with ~ before the name"),
        Column("to_step", TEXT, "the next step, named like from_step; 'path_end' after the last"),
        Column("transition_count", WHOLE, "how often the pair occurs", "transitions"),
        Column("people_count", WHOLE, "people with this transition", "people"),
        Column("transition_share", REAL, "share of all transitions"),
        Column("out_share", REAL,
               "share of the transitions out of from_step, of which the end of the path is one; "
               "without it: out_share / (1 - out_share of from_step to path_end)"),
        Column("in_share", REAL, "share of the transitions into to_step"),
        Column("per_path", REAL, "transitions per path", "transitions"),
        Column("median_seconds", REAL,
               "median time between the two steps; null at path_start and path_end", "seconds"),
        Column("q95_seconds", REAL,
               "95th percentile of the time between the two steps; null at path_start and path_end",
               "seconds"),
    ),
)  # fmt: skip

PATH_POSITIONS = Table(
    "path_positions",
    grain=(
        "one step at one place in the paths of one segment or of everybody: the step matrix, whose "
        "columns sum to 1"
    ),
    key=("run_id", "grain", "segment_id", "place", "step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("place", WHOLE, "place in the path, from 1", "steps"),
        Column("step", TEXT,
               "step, named as in path_edges; a path that has ended stays in 'path_end'; "
               "'__hidden__' for steps that too few people have there, and others that would "
               "reveal them (ADR 9)"),
        Column("path_count", WHOLE, "paths with the step at this place", "paths"),
        Column("path_share", REAL, "share of all paths of the segment"),
    ),
)  # fmt: skip

PATH_STEPS = Table(
    "path_steps",
    grain=(
        "one step in the paths of one segment or of everybody; steps of fewer than 10 people, and "
        "others that would reveal them (ADR 9), are not written"
    ),
    key=("run_id", "grain", "segment_id", "step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("step", TEXT, "the step; named as in path_edges"),
        Column("people_count", WHOLE, "people who visit the step", "people"),
        Column("path_count", WHOLE, "paths that visit the step", "paths"),
        Column("visit_count", WHOLE, "visits of the step", "visits"),
        Column("entry_share", REAL,
               "share of all paths that begin with the step; null when path_edges withholds its "
               "path_start"),
        Column("exit_share", REAL,
               "share of all paths that end with the step; null when path_edges withholds its "
               "path_end"),
        Column("drop_off_share", REAL,
               "of the paths that visit the step, the share that end with it; null when exit_share "
               "is null"),
        Column("loop_share", REAL,
               "of its visits with a next step, the share whose next step is the same step; null "
               "without any, and when withheld like a pair"),
        Column("backtrack_share", REAL,
               "of its visits with two more steps after them, the share that go elsewhere and "
               "straight back; null without any, and when withheld"),
        Column("revisit_share", REAL, "share of its visits that are not the first in their path"),
    ),
)  # fmt: skip

PATH_PATTERNS = Table(
    "path_patterns",
    grain=(
        "one pattern of steps in the paths of one segment or of everybody; patterns of fewer than "
        "10 people, and others that would reveal them (ADR 9), are not written"
    ),
    key=("run_id", "grain", "segment_id", "kind", "pattern"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("kind", TEXT,
               "pair or triple (consecutive steps), sequence (other steps may lie between), asked "
               "(from the settings)"),
        Column("pattern", TEXT, "the pattern, in the pattern language"),
        Column("people_count", WHOLE, "people with the pattern", "people"),
        Column("path_count", WHOLE, "paths that contain the pattern", "paths"),
        Column("occurrence_count", WHOLE,
               "how often it occurs, counted once for each step it begins at; for a pattern asked "
               "without `every`, the number of paths", "occurrences"),
        Column("path_share", REAL, "share of all paths of the segment"),
        Column("goal_odds", REAL,
               "odds ratio: odds of the goal with the pattern / odds without it; null without a "
               "goal, or when few people have the pattern"),
        Column("is_skewed", FLAG,
               "whether one outcome is ten times as frequent as the other, so that the odds ratio "
               "says little; null without a goal"),
    ),
)  # fmt: skip

FUNNEL_STEPS = Table(
    "funnel_steps",
    grain=(
        "one step of one funnel in one segment or for everybody; steps of fewer than 10 people, "
        "and others that would reveal them (ADR 9), are not written"
    ),
    key=("run_id", "funnel", "segment_id", "step_no"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("funnel", TEXT, "name of the funnel, from the settings"),
        OF_SEGMENT,
        Column("step_no", WHOLE, "number of the step, from 1"),
        Column("step", TEXT,
               "the step as written in the settings; in a funnel of any order, the number of steps "
               "reached"),
        Column("unit", TEXT, "unit that is counted: person or session"),
        Column("reached_count", WHOLE, "units that reached it", "units"),
        Column("people_count", WHOLE, "people who reached it", "people"),
        Column("open_count", WHOLE,
               "units that began and did not reach it, but whose window is still open; 0 when they "
               "are of fewer than 10 people, or withheld", "units"),
        Column("conversion_share", REAL,
               "reached_count / (units that began − open units); null when the first step is "
               "withheld"),
        Column("step_share", REAL,
               "reached_count / (units that reached the previous step − open units among them); "
               "null when the previous step is withheld"),
        Column("median_seconds", REAL,
               "median time from the first step to this one, over the units that reached it",
               "seconds"),
        Column("q95_seconds", REAL, "95th percentile of that time", "seconds"),
    ),
)  # fmt: skip

FUNNEL_WEEKS = Table(
    "funnel_weeks",
    grain=(
        "one step of one funnel in one week, in one segment or for everybody; steps of fewer than "
        "10 people, and others that would reveal them (ADR 9), are not written"
    ),
    key=("run_id", "funnel", "segment_id", "week_on", "step_no"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("funnel", TEXT, "name of the funnel, from the settings"),
        OF_SEGMENT,
        Column("week_on", DAY,
               "Monday (site zone) of the week in which the units began the funnel"),
        Column("step_no", WHOLE, "number of the step, from 1"),
        Column("step", TEXT,
               "the step as written in the settings; in a funnel of any order, the number of steps "
               "reached"),
        Column("reached_count", WHOLE, "units that reached it at any time", "units"),
        Column("people_count", WHOLE, "people who reached it", "people"),
        Column("open_count", WHOLE,
               "units that began and did not reach it, but whose window is still open; 0 when they "
               "are of fewer than 10 people, or withheld", "units"),
        Column("drop_off_share", REAL,
               "of the units that reached the previous step, without the open ones among them, the "
               "share that did not reach this one; null at the first step, and when the previous "
               "step is withheld"),
        Column("is_week_over", FLAG,
               "whether the week was over when the data ended; the numbers of other weeks will "
               "still change"),
    ),
)  # fmt: skip
