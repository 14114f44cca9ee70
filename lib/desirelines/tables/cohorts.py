"""Contracts: cohorts, which are members of a segment as they were on one day."""

from __future__ import annotations

from desirelines.tables.contract import (
    BUCKET,
    DAY,
    FLAG,
    INSTANT,
    PERSON_ID,
    REAL,
    TEXT,
    WHOLE,
    Column,
    Table,
)

SEGMENT_COHORTS = Table(
    "segment_cohorts",
    grain="one cohort: a segment frozen on one day",
    key=("cohort",),
    erased_by=(),
    written="append",
    columns=(
        Column("cohort", TEXT, "name given by hand; never changes"),
        Column("segment_id", TEXT, "the segment whose members were frozen"),
        Column("definition", TEXT, "its definition on that day"),
        Column("run_id", TEXT, "the published run whose members these are"),
        Column("frozen_on", DAY, "as_of of that run"),
        Column("frozen_at", INSTANT, "when it was frozen", "UTC"),
        Column("people_count", WHOLE,
               "people frozen, of whom some may have been erased since; null for fewer than 10",
               "people"),
    ),
)  # fmt: skip

COHORT_MEMBERS = Table(
    "cohort_members",
    grain=(
        "one person in one cohort, with the evidence of then; refits, merges of people and later "
        "runs do not touch it"
    ),
    key=("cohort", "person_id"),
    erased_by=("person_id",),
    written="append",
    columns=(
        Column("cohort", TEXT, "name of the cohort"),
        PERSON_ID,
        BUCKET,
        Column("is_primary", FLAG, "whether it was the person's main segment"),
        Column("since_on", DAY, "as_of of the run in which the person had entered"),
        Column("rule_true", WHOLE,
               "bit set of the rule's nodes that were true (segment_evidence); null for a cluster, "
               "and where the evidence has expired", personal=True),
        Column("rule_unknown", WHOLE, "the same, of those that were unknown", personal=True),
        Column("distance", REAL, "distance to the centre; null for a rule", personal=True),
        Column("second_segment_id", TEXT, "the segment of the second nearest centre"),
        Column("second_distance", REAL, "distance to that centre", personal=True),
    ),
)  # fmt: skip
