"""Contracts: runs, and facts that hold for the lifetime of a warehouse."""

from __future__ import annotations

from desirelines.tables.contract import DAY, INSTANT, REAL, RUN_ID, TEXT, WHOLE, Column, Table, View

RUNS = Table(
    "runs",
    grain="one state of one attempt of one phase",
    key=("run_id", "phase", "attempt", "state_no"),
    erased_by=(),
    written="append",
    columns=(
        RUN_ID,
        Column("phase", TEXT,
               "name of the stage; or 'publish', which ends the run; 'after-publication', when "
               "members, champion model and report are done; 'lease', which records who holds the "
               "warehouse; 'maintain', which tidied it"),
        Column("attempt", WHOLE, "from 1"),
        Column("state_no", WHOLE, "from 1 within the attempt; the newest state counts"),
        Column("status", TEXT,
               "STARTED, DONE, FAILED, ABANDONED, PUBLISHED; or BACKFILLED when the run ended "
               "outside the chain of published runs, because its as_of is older than the newest "
               "published one or beyond the data"),
        Column("as_of", DAY, "the run's as_of; null before events are read"),
        Column("base_run_id", TEXT,
               "the published run before this one; 'none' for the first; set by publish"),
        Column("inputs", TEXT, "versions of the tables read, as JSON"),
        Column("outputs", TEXT,
               "versions of the tables written, as JSON; for publish, the work that follows it"),
        Column("config_hash", TEXT, "SHA-256 of the resolved configuration"),
        Column("code_version", TEXT, "version of the package"),
        Column("suppression_version", WHOLE, "version of `suppressions` that the run used"),
        Column("gates", TEXT, "checks before publication and their results, as JSON"),
        Column("row_count", WHOLE, "rows the phase wrote", "rows"),
        Column("recorded_at", INSTANT, "when the state was recorded", "UTC"),
        Column("lease_until", INSTANT, "until when the run counts as alive", "UTC"),
        Column("seconds", REAL,
               "how long the phase took; null for a state that is not its end, and for what "
               "`publish` and commands beside the stages record", "s", since=2),
    ),
    version=2,
)  # fmt: skip

RUN_METRICS = View(
    "run_metrics",
    grain="one end of one phase of a run",
    key=("run_id", "phase", "attempt", "state_no"),
    columns=(
        *(c for c in RUNS.columns if c.name in ("run_id", "phase", "attempt", "state_no")),
        *(c for c in RUNS.columns if c.name in ("status", "as_of", "row_count", "seconds")),
        Column("rows_per_second", REAL, "row_count / seconds; null without either", "rows/s"),
        *(c for c in RUNS.columns if c.name in ("code_version", "recorded_at")),
    ),
    made_of=("runs",),
    for_readers=(
        "How long each stage took and how many rows it wrote, for dashboards and alerts. Failed "
        "attempts are there, too; `status` tells them."
    ),
)  # fmt: skip

WAREHOUSE_FACTS = Table(
    "warehouse_facts",
    grain=(
        "one fact fixed when the warehouse was created, or when an identifier type first appeared; "
        "it holds for the lifetime of the warehouse"
    ),
    key=("name",),
    erased_by=(),
    written="merge",
    columns=(
        Column("name", TEXT,
               "data_secret, suppression_secret (their fingerprints), buckets, currency, "
               "consent_purpose, login_type or caseless:<type> (whether values of the type ignore "
               "case)"),
        Column("value", TEXT,
               "its value; for a secret, a keyed digest of a fixed text: it identifies the secret, "
               "but does not reveal it"),
        RUN_ID,
        Column("recorded_at", INSTANT, "when it was fixed", "UTC"),
    ),
)  # fmt: skip
