"""Contracts: paths and funnels, per segment and for everybody."""

from __future__ import annotations

from desirelines.tables.contract import DAY, FLAG, REAL, RUN_ID, TEXT, WHOLE, Column, Table

GRAIN = Column(
    "grain",
    TEXT,
    "what a path is: session; or person, all sessions of a person one after the other",
)
OF_SEGMENT = Column("segment_id", TEXT, "the segment; 'all' for everybody")

PATH_EDGES = Table(
    "path_edges",
    grain="one adjacent pair of steps in the paths of one segment, or of all; pairs of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "grain", "segment_id", "from_step", "to_step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("from_step", TEXT, "step; 'path_start' before the first, '__other__' for steps beyond the top ones, '__hidden__' for steps of few people; an event of such a name is a step with ~ before it"),
        Column("to_step", TEXT, "the step after it, named alike; 'path_end' after the last"),
        Column("transition_count", WHOLE, "how often", "transitions"),
        Column("people_count", WHOLE, "people who did it", "people"),
        Column("transition_share", REAL, "of all transitions"),
        Column("out_share", REAL, "of all transitions out of from_step"),
        Column("in_share", REAL, "of all transitions into to_step"),
        Column("per_path", REAL, "transitions for each path", "transitions"),
        Column("median_seconds", REAL, "median time between the two; null at path_start and path_end", "seconds"),
        Column("q95_seconds", REAL, "95th percentile of the time between the two; null at path_start and path_end", "seconds"),
    ),
)  # fmt: skip

PATH_POSITIONS = Table(
    "path_positions",
    grain="one step at one place in the paths of one segment, or of all: the step matrix, whose columns sum to 1",
    key=("run_id", "grain", "segment_id", "place", "step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("place", WHOLE, "place in the path, from 1", "steps"),
        Column("step", TEXT, "step, named as in path_edges; a path that is over stays in 'path_end'; '__hidden__' for steps that too few people have there, and others from which these would follow (ADR 9)"),
        Column("path_count", WHOLE, "paths that have the step there", "paths"),
        Column("path_share", REAL, "of all paths of the segment"),
    ),
)  # fmt: skip

PATH_STEPS = Table(
    "path_steps",
    grain="one step in the paths of one segment, or of all; steps of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "grain", "segment_id", "step"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("step", TEXT, "the step; named as in path_edges"),
        Column("people_count", WHOLE, "people who visit it", "people"),
        Column("path_count", WHOLE, "paths that visit it", "paths"),
        Column("visit_count", WHOLE, "visits of it", "visits"),
        Column("entry_share", REAL, "of all paths: those that begin with it; null when path_edges withholds its path_start"),
        Column("exit_share", REAL, "of all paths: those that end with it; null when path_edges withholds its path_end"),
        Column("drop_off_share", REAL, "of the paths that visit it: those that end with it; null with exit_share"),
        Column("loop_share", REAL, "of its visits that something follows: those that it follows itself; null without any, and when withheld as a pair would be"),
        Column("backtrack_share", REAL, "of its visits that two more steps follow: those that lead elsewhere and straight back; null without any, and when withheld"),
        Column("revisit_share", REAL, "of its visits: those after the first in their path"),
    ),
)  # fmt: skip

PATH_PATTERNS = Table(
    "path_patterns",
    grain="one pattern of steps in the paths of one segment, or of all; patterns of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "grain", "segment_id", "kind", "pattern"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        GRAIN,
        OF_SEGMENT,
        Column("kind", TEXT, "pair or triple (steps in a row), sequence (others between them allowed), asked (in the settings)"),
        Column("pattern", TEXT, "the pattern, in the language of patterns"),
        Column("people_count", WHOLE, "people who show it", "people"),
        Column("path_count", WHOLE, "paths that hold it", "paths"),
        Column("occurrence_count", WHOLE, "how often, once for each step it begins with; of a pattern asked without `every`, the paths", "occurrences"),
        Column("path_share", REAL, "of all paths of the segment"),
        Column("goal_odds", REAL, "odds of the goal with the pattern over odds without; null without a goal, or where few show it"),
        Column("is_skewed", FLAG, "whether one outcome is ten times as frequent as the other, so that the odds say little; null without a goal"),
    ),
)  # fmt: skip

FUNNEL_STEPS = Table(
    "funnel_steps",
    grain="one step of one funnel in one segment, or for all; steps of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "funnel", "segment_id", "step_no"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("funnel", TEXT, "name of the funnel, from the settings"),
        OF_SEGMENT,
        Column("step_no", WHOLE, "from 1"),
        Column("step", TEXT, "the step as the settings say it; in a funnel of any order: so many of its steps"),
        Column("unit", TEXT, "what is counted: person or session"),
        Column("reached_count", WHOLE, "units that reached it", "units"),
        Column("people_count", WHOLE, "people who reached it", "people"),
        Column("open_count", WHOLE, "units that began, did not reach it, and whose window is not over; 0 when they are of fewer than 10 people, or withheld", "units"),
        Column("conversion_share", REAL, "reached, of those that began less the open ones; null when the first step is withheld"),
        Column("step_share", REAL, "reached, of those that reached the step before less the open ones among them; null when that is withheld"),
        Column("median_seconds", REAL, "median time from the first step to this, of those that reached it", "seconds"),
        Column("q95_seconds", REAL, "95th percentile of that time", "seconds"),
    ),
)  # fmt: skip

FUNNEL_WEEKS = Table(
    "funnel_weeks",
    grain="one step of one funnel in one week, in one segment, or for all; steps of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "funnel", "segment_id", "week_on", "step_no"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("funnel", TEXT, "name of the funnel, from the settings"),
        OF_SEGMENT,
        Column("week_on", DAY, "Monday (site zone) of the week in which the way began"),
        Column("step_no", WHOLE, "from 1"),
        Column("step", TEXT, "the step as the settings say it; in a funnel of any order: so many of its steps"),
        Column("reached_count", WHOLE, "units that reached it, whenever that was", "units"),
        Column("people_count", WHOLE, "people who reached it", "people"),
        Column("open_count", WHOLE, "units that began, did not reach it, and whose window is not over; 0 when they are of fewer than 10 people, or withheld", "units"),
        Column("drop_off_share", REAL, "of those that reached the step before, less the open ones among them: those that did not reach it; null at the first step, and when the step before is withheld"),
        Column("is_week_over", FLAG, "the week was over when the data ended; one that was not will still change"),
    ),
)  # fmt: skip
