"""Contracts: runs, and facts that hold for the life of a warehouse."""

from __future__ import annotations

from desirelines.tables.contract import DAY, INSTANT, RUN_ID, TEXT, WHOLE, Column, Table

RUNS = Table(
    "runs",
    grain="one state of one attempt of one phase",
    key=("run_id", "phase", "attempt", "state_no"),
    erased_by=(),
    written="append",
    columns=(
        RUN_ID,
        Column("phase", TEXT, "name of the stage; 'publish' ends the run, 'after-publication' says that members, champion and report followed, 'lease' who holds the warehouse"),
        Column("attempt", WHOLE, "from 1"),
        Column("state_no", WHOLE, "from 1 inside the attempt; the newest counts"),
        Column("status", TEXT, "STARTED, DONE, FAILED, ABANDONED; PUBLISHED, or BACKFILLED where the run ended outside the chain of published runs: for an as_of older than the newest published one, or beyond the data"),
        Column("as_of", DAY, "the run's as_of; null before events were read"),
        Column("base_run_id", TEXT, "the published run this one follows; 'none' for the first; set by publish"),
        Column("inputs", TEXT, "tables read, by version, as JSON"),
        Column("outputs", TEXT, "tables written, by version, as JSON; of a publication what follows it"),
        Column("config_hash", TEXT, "SHA-256 of the resolved configuration"),
        Column("code_version", TEXT, "version of the package"),
        Column("suppression_version", WHOLE, "version of `suppressions` the run was made with"),
        Column("gates", TEXT, "checks before publication and their results, as JSON"),
        Column("row_count", WHOLE, "rows the phase wrote", "rows"),
        Column("recorded_at", INSTANT, "when the state was recorded", "UTC"),
        Column("lease_until", INSTANT, "until when the run is taken to be alive", "UTC"),
    ),
)  # fmt: skip

WAREHOUSE_FACTS = Table(
    "warehouse_facts",
    grain="one thing that was settled when the warehouse was begun, or when an identifier type first came, and holds for its life",
    key=("name",),
    erased_by=(),
    written="merge",
    columns=(
        Column(
            "name", TEXT,
            "what: data_secret, suppression_secret (their fingerprints), buckets, currency, consent_purpose, login_type, caseless:<type> (whether "
            "values of the type ignore case)",
        ),
        Column("value", TEXT, "its value; of a secret a keyed digest of a fixed text, by which it is known again and cannot be found"),
        RUN_ID,
        Column("recorded_at", INSTANT, "when it was settled", "UTC"),
    ),
)  # fmt: skip
