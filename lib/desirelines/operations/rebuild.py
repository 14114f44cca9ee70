"""Recompute tables derived from events and report, per table, whether they are identical."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyspark.sql import functions as F

from desirelines.io.tables.ledger import REBUILD
from desirelines.pipeline import BUILD_FEATURES
from desirelines.run.context import Run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.stages.identities import resolve
from desirelines.stages.sessions import rebuild_sessions
from desirelines.stages.sessions_increment import streams_since
from desirelines.tables import FEATURES, IDENTITY_MAP, PEOPLE, SESSIONS, STREAM_OWNERS, Table
from desirelines.views.runs import newest_published

REBUILT = (IDENTITY_MAP, STREAM_OWNERS, PEOPLE, SESSIONS, FEATURES)
OF_A_RUN = {"run_id", "from_run", "to_run", "component"}
"""Columns that name the run of a row, or only number components; they are not compared."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A table before and after: its number of rows, and whether the rows are identical."""

    table: str
    rows_before: int
    rows_after: int
    is_same: bool


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The tables that were recomputed, and whether all of them are identical."""

    run_id: str
    is_same: bool
    tables: tuple[Compared, ...]


def rebuild(run: Run, since: date | None) -> Rebuilt:
    """Recompute identities, sessions and the features of the newest published run.

    With `since` only sessions that last until that day or later. Links between identifiers and tags
    of bots are taken as given; published runs stay as they are.

    Raises:
        EmptyInputError: no run was published yet.
        GateError: events do not add up.
    """
    run = run.at(newest_published(run).as_of)
    before = {t.name: _content(run, t) for t in REBUILT}

    def resolve_and_build(run: Run) -> StageReport:
        resolve(run, None)
        streams = streams_since(run, since) if since else None
        if since is not None and streams is None:
            return StageReport()
        return StageReport(note=str(rebuild_sessions(run, streams)))

    execute(Stage(REBUILD, resolve_and_build), run)
    execute(BUILD_FEATURES, run)
    after = {t.name: _content(run, t) for t in REBUILT}
    tables = tuple(
        Compared(t.name, before[t.name][0], after[t.name][0], before[t.name] == after[t.name])
        for t in REBUILT
    )
    return Rebuilt(run.run_id, all(t.is_same for t in tables), tables)


def _content(run: Run, table: Table) -> tuple[int, str]:
    """Number of current rows, and a checksum of them that does not depend on their order."""
    rows = run.warehouse.read(table)
    if "to_run" in table.column_names:
        rows = rows.filter(F.col("to_run").isNull())
    if table is FEATURES:
        rows = rows.filter(F.col("as_of") == F.lit(run.as_of))
    row_hash = F.xxhash64(*(c for c in table.column_names if c not in OF_A_RUN))
    sums = rows.agg(F.count("*"), F.sum(row_hash.cast("decimal(38,0)")))
    count, total = sums.collect()[0]
    return int(count), str(total)
