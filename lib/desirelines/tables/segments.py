"""Contracts: segments, their members, and how both change."""

from __future__ import annotations

from desirelines.tables.contract import (
    BUCKET,
    DAY,
    FLAG,
    PERSON_ID,
    REAL,
    RUN_ID,
    TEXT,
    TEXTS,
    WHOLE,
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
        Column("segment_id", TEXT, "the segment, for good"),
        Column("version", WHOLE, "from 1; a new one when the rule, the model or the name changes"),
        Column("kind", TEXT, "cluster or rule"),
        Column("name", TEXT, "what tells it apart, in words"),
        Column("alias", TEXT, "name given by a person, which holds over refits; null when none"),
        Column("definition", TEXT, "the rule in words, or the model version and cluster"),
        Column("origin", TEXT, "how it came to be: same, split, merge, grown or new; null for rules"),
        Column("derived_from", TEXTS, "segments it split off, merged or grew from; empty when none"),
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
        Column("is_primary", FLAG, "whether it is the person's main segment: the cluster they are in"),
        Column("since_on", DAY, "as_of of the run in which the person entered"),
        BUCKET,
        Column("run_id", TEXT, "the published run this stands for"),
    ),
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
    grain="one person in a cluster, in one run: why that one",
    key=("run_id", "person_id"),
    erased_by=("person_id",),
    written="replace run",
    kept="evidence.keep_runs runs",
    columns=(
        RUN_ID,
        PERSON_ID,
        BUCKET,
        Column("segment_id", TEXT, "the segment of the nearest centre"),
        Column("distance", REAL, "Euclidean distance to it, in prepared columns", personal=True),
        Column("second_segment_id", TEXT, "the segment of the next nearest centre; null where there is one only"),
        Column("second_distance", REAL, "distance to that", personal=True),
    ),
)  # fmt: skip

SEGMENT_PROFILES = Table(
    "segment_profiles",
    grain="one feature in one segment of one run; what is known of fewer than 10 people has no row",
    key=("run_id", "segment_id", "feature"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("segment_id", TEXT, "the segment"),
        Column("feature", TEXT, "name in the catalogue"),
        Column("people_count", WHOLE, "people in the segment; null when segment_sizes withholds it", "people"),
        Column("share", REAL, "of all people as of the run; null with people_count"),
        Column("known_count", WHOLE, "people for whom the feature is known; up to 9 for whom it is not count as known; null with people_count", "people"),
        Column("mean", REAL, "mean over those"),
        Column("median", REAL, "median over those"),
        Column("effect", REAL, "(mean in − mean of the rest) / pooled standard deviation; null without a deviation, or with a rest of fewer than 10 people"),
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
        Column("people_count", WHOLE, "members; null when withheld: fewer than 10, or others would follow from it (ADR 9); may be any number", "people"),
        Column("share", REAL, "of all people; null with people_count"),
        Column("entered_count", WHOLE, "people who entered; null when withheld, with left_count: one of them, or who stayed, would follow to be fewer than 10", "people"),
        Column("left_count", WHOLE, "people who left; null with entered_count", "people"),
    ),
)  # fmt: skip

SEGMENT_MOVES = Table(
    "segment_moves",
    grain="people who were in one main segment in the base run and are in another now; cells of fewer than 10 people, and others from which these would follow (ADR 9), are not written",
    key=("run_id", "from_segment_id", "to_segment_id"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("base_run_id", TEXT, "the run compared with"),
        Column("from_segment_id", TEXT, "main segment then; 'new' for people not seen then"),
        Column("to_segment_id", TEXT, "main segment now; 'gone' for people no longer seen"),
        Column("people_count", WHOLE, "people", "people"),
        Column("behaviour_count", WHOLE, "of these, people whom the model before would have moved as well: they changed; null when they stayed, and where a part is of fewer than 10", "people"),
        Column("model_count", WHOLE, "of these, people whom the model before would have left: the model changed; null when they stayed, and where a part is of fewer than 10", "people"),
    ),
)  # fmt: skip
