"""What is derived from events once more: it must come out as it stands, and whether it did is told, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyspark.sql import functions as F

from desirelines import pipeline, sessioning
from desirelines.errors import EmptyInputError
from desirelines.identifying import resolve
from desirelines.job import Job
from desirelines.robots import take_robots_out
from desirelines.tables import FEATURES, IDENTITY_MAP, PEOPLE, SESSIONS, STREAM_OWNERS, Table

REBUILT = (IDENTITY_MAP, STREAM_OWNERS, PEOPLE, SESSIONS, FEATURES)
OF_A_RUN = {"run_id", "from_run", "to_run", "component"}
"""Columns that tell which run wrote a row, or number what was found; they are no part of what was found."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A table before and after: its rows, and whether they are the same ones."""

    table: str
    rows_before: int
    rows_after: int
    is_same: bool


def rebuild(job: Job, since: date | None) -> list[Compared]:
    """Recompute who is who, sessions (those that go on to `since` or later; all for None) and the newest features.

    Links between identifiers are taken as given, and so are verdicts on robots; published runs stay as they are.

    Raises:
        EmptyInputError: nothing was published yet.
        GateError: events do not add up.
    """
    published = job.ledger.published()
    if not published:
        raise EmptyInputError("nothing was published yet, so there is nothing to rebuild. Run `desirelines run` first.")
    job.as_of_wanted = published[-1].as_of
    before = {t.name: _content(job, t) for t in REBUILT}
    with job.stage("rebuild") as result:
        resolve(job, None)
        touched = sessioning.streams_since(job, since) if since else None
        if since is None or touched is not None:
            account = sessioning.cut_anew(job, touched)
            account = account.with_more_bots(take_robots_out(job, touched))
            pipeline.check_account(job, account)
            result.note = str(account)
    pipeline.build_features(job)
    after = {t.name: _content(job, t) for t in REBUILT}
    return [Compared(t.name, before[t.name][0], after[t.name][0], before[t.name] == after[t.name]) for t in REBUILT]


def _content(job: Job, table: Table) -> tuple[int, str]:
    """Rows that hold now, and a checksum of them that does not depend on their order."""
    rows = job.warehouse.read(table)
    if "to_run" in table.column_names:
        rows = rows.filter(F.col("to_run").isNull())
    if table is FEATURES:
        rows = rows.filter(F.col("as_of") == F.lit(job.as_of))
    told = [c for c in table.column_names if c not in OF_A_RUN]
    count, total = rows.agg(F.count("*"), F.sum(F.xxhash64(*told).cast("decimal(38,0)"))).collect()[0]
    return int(count), str(total)
