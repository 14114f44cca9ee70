"""Contracts: views of the members of segments over all published runs."""

from __future__ import annotations

from desirelines.tables.contract import DAY, FLAG, INSTANT, TEXT, WHOLE, Column, View
from desirelines.tables.segments import SEGMENT_CHANGES, SEGMENT_MEMBERS

SEQUENCE = Column(
    "sequence",
    WHOLE,
    "place of the run in the chain of published runs, from 1; changes of one run are in the order "
    "of person_id and segment_id",
)

CURRENT_SEGMENTS = View(
    "current_segments",
    grain=SEGMENT_MEMBERS.grain,
    key=SEGMENT_MEMBERS.key,
    columns=SEGMENT_MEMBERS.columns,
    made_of=("segment_members",),
    for_readers=(
        "It is `segment_members` as it stands: the members after the newest published run or, for "
        "a moment, after the one before, never a mix."
    ),
)

PUBLISHED_CHANGES = View(
    "published_changes",
    grain="one person entering, leaving, or changing primary in a published run",
    key=("sequence", "person_id", "segment_id"),
    columns=(
        SEQUENCE,
        *SEGMENT_CHANGES.columns,
        Column("published_at", INSTANT, "when the run was published", "UTC"),
    ),
    made_of=("segment_changes", "runs"),
    for_readers=(
        "Rows of runs that were never published, and of backfills, stand in `segment_changes` and "
        "are left out here. Rows are added and never changed; only an erasure removes some."
    ),
)

SEGMENT_HISTORY = View(
    "segment_history",
    grain=(
        "one stay of a person in a segment, as their main segment or not; a change of primary ends "
        "a stay and begins another"
    ),
    key=("person_id", "segment_id", "from_sequence"),
    columns=(
        *(c for c in SEGMENT_CHANGES.columns if c.name in ("person_id", "segment_id")),
        Column("is_primary", FLAG, "whether it is the main segment during the stay"),
        Column("valid_from", DAY, "first day of the stay: as_of of the run in which it began"),
        Column("valid_to", DAY,
               "first day after the stay: as_of of the run in which it ended; null while it lasts"),
        Column("from_run_id", TEXT, "the run in which it began"),
        Column("to_run_id", TEXT, "the run in which it ended; null while it lasts"),
        Column("from_sequence", WHOLE, "place of from_run_id in the chain of published runs"),
        Column("to_sequence", WHOLE, "place of to_run_id in the chain; null while it lasts"),
        Column("from_published_at", INSTANT, "when from_run_id was published", "UTC"),
        Column("to_published_at", INSTANT,
               "when to_run_id was published; null while it lasts", "UTC"),
        Column("__START_AT", DAY, "the same as valid_from"),
        Column("__END_AT", DAY, "the same as valid_to"),
    ),
    made_of=("segment_changes", "runs"),
    for_readers=(
        "Intervals are half-open: a stay holds on day d if valid_from <= d and (valid_to is null "
        "or d < valid_to). Of runs with the same as_of only the last one holds in valid time: a "
        "stay that began and ended on one day has valid_from = valid_to, holds on no day, and "
        "stands here because it is true of its run (from_sequence <= n < to_sequence). So never "
        "ask with BETWEEN."
    ),
)  # fmt: skip

NET_CHANGES = View(
    "net_changes",
    grain="one person and segment whose membership differs between two published runs",
    key=("person_id", "segment_id"),
    columns=(
        Column("sequence", WHOLE, "place of the newest run between the two that changed it"),
        *(c for c in SEGMENT_CHANGES.columns if c.name in ("person_id", "segment_id")),
        Column("change", TEXT, "enter, exit, or changed when only is_primary differs"),
        Column("is_primary", FLAG, "whether it is the main segment now; false after an exit"),
        Column("effective_on", DAY, "as_of of that run"),
        Column("run_id", TEXT, "that run"),
        Column("published_at", INSTANT, "when it was published", "UTC"),
    ),
    made_of=("segment_changes", "runs"),
    for_readers=(
        "What `desirelines export` writes. Who left and came back the same between the two runs "
        "has no row. An erasure removes a person's changes, so it gives no exit: tell an "
        "activation tool of erasures by itself."
    ),
)
