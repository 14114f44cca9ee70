"""Contracts: segments, their members, and how both change."""

from __future__ import annotations

from desirelines.tables.contract import (
    BUCKET,
    DAY,
    FLAG,
    INSTANT,
    PERSON_ID,
    REAL,
    RUN_ID,
    TEXT,
    TEXTS,
    WHOLE,
    WHOLES,
    Column,
    Table,
)

SEGMENT_DEFINITIONS = Table(
    "segment_definitions",
    grain="one version of one segment",
    key=("segment_id", "version"),
    erased_by=(),
    written="replace run",
    columns=(
        Column("segment_id", TEXT, "id of the segment; never changes"),
        Column("version", WHOLE,
               "from 1; a new version when the rule, the model or the name changes"),
        Column("kind", TEXT, "cluster or rule"),
        Column("name", TEXT, "what distinguishes the segment, in words"),
        Column("alias", TEXT,
               "name given by hand, kept when the model is fitted again; null when none"),
        Column("definition", TEXT, "the rule in words, or the model version and cluster"),
        Column("origin", TEXT,
               "how the segment arose: same, split, merge, grown or new; null for rules"),
        Column("derived_from", TEXTS,
               "segments it split from, merged or grew from; empty when none"),
        RUN_ID,
    ),
)  # fmt: skip

SEGMENT_MEMBERS = Table(
    "segment_members",
    grain="one person in one segment now",
    key=("person_id", "segment_id"),
    erased_by=("person_id",),
    written="replace all",
    columns=(
        PERSON_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("is_primary", FLAG,
               "whether it is the person's main segment: their cluster, or too_little_data"),
        Column("since_on", DAY, "as_of of the run in which the person entered"),
        BUCKET,
        Column("run_id", TEXT, "the published run whose members these are"),
        Column("computed_at", INSTANT, "when that run was published", "UTC", since=2),
        Column("data_through", DAY, "last day whose events count: the day before the run's as_of",
               since=2),
        Column("expires_at", INSTANT,
               "computed_at and segments.fresh_hours later: from then on a newer run is overdue; "
               "null when the setting is null", "UTC", since=2),
    ),
    version=2,
)  # fmt: skip

SEGMENT_CHANGES = Table(
    "segment_changes",
    grain="one person entering, leaving, or changing primary",
    key=("run_id", "person_id", "segment_id"),
    erased_by=("person_id",),
    written="replace run",
    columns=(
        RUN_ID,
        PERSON_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("change", TEXT, "entered, left or primary_changed"),
        Column("is_primary", FLAG, "whether it is the main segment after the change"),
        Column("effective_on", DAY, "as_of of the run"),
        BUCKET,
    ),
)  # fmt: skip

SEGMENT_EVIDENCE = Table(
    "segment_evidence",
    grain=(
        "one person in one run: the distances that put them into their cluster, and the answers of "
        "every rule"
    ),
    key=("run_id", "person_id"),
    erased_by=("person_id",),
    written="replace run",
    kept="evidence.keep_runs runs",
    expires_by="run_id",
    columns=(
        RUN_ID,
        PERSON_ID,
        BUCKET,
        Column("segment_id", TEXT,
               "the segment of the nearest centre; null for who is in no cluster"),
        Column("distance", REAL, "Euclidean distance to the nearest centre, in prepared columns",
               personal=True),
        Column("second_segment_id", TEXT,
               "the segment of the second nearest centre; null when there is only one"),
        Column("second_distance", REAL, "distance to the second nearest centre", personal=True),
        Column("rule_true", WHOLES,
               "for each rule, in the order of `rules` in run_parameters, a bit set of its nodes: "
               "bit 0 is the whole rule, then its parts, each followed by its own; set where true",
               personal=True),
        Column("rule_unknown", WHOLES, "the same, set where the answer is unknown", personal=True),
    ),
)  # fmt: skip

SEGMENT_PROFILES = Table(
    "segment_profiles",
    grain=(
        "one feature in one segment of one run; features known of fewer than 10 people have no row"
    ),
    key=("run_id", "segment_id", "feature"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("feature", TEXT, "name in the catalogue"),
        Column("people_count", WHOLE, "people in the segment; null when segment_sizes withholds it",
               "people"),
        Column("share", REAL, "share of all people as of the run; null when people_count is null"),
        Column("known_count", WHOLE,
               "people with a known value; when it is unknown for at most 9 people, these count as "
               "known; null when people_count is null", "people"),
        Column("mean", REAL, "mean over the known values"),
        Column("median", REAL, "median over the known values"),
        Column("effect", REAL,
               "Cohen's d: (mean in the segment − mean of the rest) / pooled standard deviation; "
               "the rest of a cluster is everybody in another cluster, that of a rule segment "
               "everybody else; null when the deviation is 0 or the rest has fewer than 10 people"),
    ),
)  # fmt: skip

SEGMENT_SIZES = Table(
    "segment_sizes",
    grain="one segment in one run",
    key=("run_id", "segment_id"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("people_count", WHOLE,
               "members; null when withheld, because they are fewer than 10 or the number would "
               "reveal others (ADR 9); a withheld number can be any number", "people"),
        Column("share", REAL, "share of all people; null when people_count is null"),
        Column("entered_count", WHOLE,
               "people who entered; null when withheld, together with left_count: these, those who "
               "left or those who stayed could be fewer than 10", "people"),
        Column("left_count", WHOLE, "people who left; null when entered_count is null", "people"),
        Column("left_out_count", WHOLE,
               "people for whom all else in the rule is true and who do not agree to the segment's "
               "purpose; null where it names none, and when withheld", "people", since=2),
    ),
    version=2,
)  # fmt: skip

SEGMENT_OVERLAP = Table(
    "segment_overlap",
    grain=(
        "two segments in one run, of which at least one is a rule segment; pairs that could tell "
        "of fewer than 10 people are not written (ADR 9)"
    ),
    key=("run_id", "segment_id", "other_segment_id"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "the segment whose id comes first"),
        Column("other_segment_id", TEXT, "the other segment"),
        Column("people_count", WHOLE, "people in both, rounded down to tens", "people"),
        Column("share", REAL, "people_count / people in segment_id"),
        Column("other_share", REAL, "people_count / people in other_segment_id"),
        Column("jaccard", REAL, "people_count / people in at least one"),
    ),
)  # fmt: skip

SEGMENT_COVERAGE = Table(
    "segment_coverage",
    grain=(
        "people of one run by how many rule segments they are in; a run has no rows if one of "
        "them would be of fewer than 100 people"
    ),
    key=("run_id", "rule_segments"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("rule_segments", WHOLE,
               "segments that a person is in beside the main one; 0: in no rule segment",
               "segments"),
        Column("share", REAL, "share of all people as of the run, in tenths"),
    ),
)  # fmt: skip

SEGMENT_SCORECARD = Table(
    "segment_scorecard",
    grain="one segment in one run: how good it is to work with",
    key=("run_id", "segment_id"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("measurable", REAL,
               "share of all people for whom the rule has an answer; for a cluster, share of whom "
               "enough is known to be in one; null when withheld"),
        Column("substantial", REAL, "share of all people who are in it; null when withheld"),
        Column("distinct", REAL,
               "largest effect of a feature, without its sign (segment_profiles.effect); null when "
               "no feature has one"),
        Column("distinct_by", TEXT, "the feature with this effect"),
        Column("reachable", REAL,
               "share of members who opened or clicked a message in the window; null when "
               "withheld"),
        Column("responds", REAL, "effect of an experiment; null until there are experiments"),
    ),
)  # fmt: skip

SEGMENT_MOVES = Table(
    "segment_moves",
    grain=(
        "the people who were in one main segment in the base run and are in another now; cells of "
        "fewer than 10 people, and others that would reveal them (ADR 9), are not written"
    ),
    key=("run_id", "from_segment_id", "to_segment_id"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("base_run_id", TEXT, "the run compared with"),
        Column("from_segment_id", TEXT, "main segment then; 'new' for people not seen then"),
        Column("to_segment_id", TEXT, "main segment now; 'gone' for people no longer seen"),
        Column("people_count", WHOLE, "people who moved", "people"),
        Column("behaviour_count", WHOLE,
               "of these, people whom the previous model would also have moved: their behaviour "
               "changed; null when they stayed, and when either part is fewer than 10", "people"),
        Column("model_count", WHOLE,
               "of these, people whom the previous model would not have moved: the model changed; "
               "null when they stayed, and when either part is fewer than 10", "people"),
    ),
)  # fmt: skip

SEGMENT_REMOVALS = Table(
    "segment_removals",
    grain=(
        "the members of one segment after one published run who were erased since; one number that "
        "grows, never one for each request"
    ),
    key=("run_id", "segment_id"),
    erased_by=(),
    written="merge",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "segment; 'all' for people with a main segment"),
        Column("removed_count", WHOLE, "people erased since the run", "people"),
    ),
)  # fmt: skip
