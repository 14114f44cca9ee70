"""`check`: whether the tables still hold what was written.

It compares files with logs, the chain of runs, members with changes, and events with row accounts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlparse

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.history.freshness import freshness
from desirelines.history.membership_changes import to_members
from desirelines.io.tables.ledger import DONE, Ledger
from desirelines.io.tables.rows import row_count
from desirelines.io.tables.store import Warehouse
from desirelines.operations.deep_check import Note
from desirelines.tables import (
    ALL,
    ERASURE_REQUESTS,
    EVENTS,
    FEATURES,
    IDENTITY_LINKS,
    IDENTITY_MAP,
    PEOPLE,
    PERSON_LABELS,
    RFM_SCORES,
    ROW_ACCOUNTS,
    RUNS,
    SEGMENT_CHANGES,
    SEGMENT_MEMBERS,
    SESSIONS,
    STREAM_OWNERS,
    Table,
)
from desirelines.views.members import members_stand_for

MAGIC = b"PAR1"
"""The first and the last four bytes of every Parquet file."""
DERIVED = {
    t.name
    for t in (IDENTITY_MAP, STREAM_OWNERS, PEOPLE, SESSIONS, FEATURES, RFM_SCORES, PERSON_LABELS)
}
"""Tables that `rebuild` recomputes from events and links."""
Look = tuple[str, Callable[[], str]]


def integrity_looks(warehouse: Warehouse, ledger: Ledger) -> Iterator[Look]:
    """The looks, each with the name of what it checks.

    A look raises GateError when something is broken, and says how to repair it.
    """
    there = [t for t in ALL if _lies_there(warehouse, t)]
    if not there:
        return
    yield "ledger", partial(_ledger, warehouse, ledger, there)
    for table in there:
        yield f"table {table.name}", partial(_table, warehouse, table)
    for table in ALL:
        yield f"versions of {table.name}", partial(_version, warehouse, ledger, table)
    yield "published runs", partial(_chain, ledger)
    yield "segment_members", partial(_members, warehouse, ledger)
    yield "row accounts", partial(_accounts, warehouse)


def how_to_repair(table: Table) -> str:
    """How to repair a damaged table."""
    if table.name in DERIVED:
        return (
            f"Move the folder of {table.name} away and run `desirelines rebuild`: "
            "it is recomputed from events and links."
        )
    if table is SEGMENT_MEMBERS:
        return (
            "Move the folder of segment_members away and run `desirelines run`: "
            "it is recomputed from segment_changes."
        )
    if table is EVENTS:
        return (
            "Restore the folder of events from a backup; or move the warehouse away and ingest the "
            "sources again, which starts a new history. Until then run nothing that writes."
        )
    return (
        f"Restore the folder of {table.name} from a backup: it cannot be recomputed. "
        "Until then run nothing that writes."
    )


def _lies_there(warehouse: Warehouse, table: Table) -> bool:
    """Whether something is at the table's place, readable or not."""
    if warehouse.local_folder is not None:
        return (warehouse.local_folder / table.name).exists()
    return warehouse.exists(table)


def _ledger(warehouse: Warehouse, ledger: Ledger, there: list[Table]) -> str:
    of_later_stages = [t for t in there if t in (IDENTITY_MAP, SEGMENT_CHANGES)]
    if RUNS not in there and not of_later_stages:
        return Note(
            "no run is recorded yet: the first ingest did not finish. Run `desirelines run`"
        )
    if RUNS not in there:
        raise GateError(
            f"`runs` is gone, but {len(there)} tables are there: a run would start a new history. "
            f"{how_to_repair(RUNS)}"
        )
    ended = ledger.ended()
    return f"{len(ledger.states()):,} states; {len(ended):,} runs ended"


def _table(warehouse: Warehouse, table: Table) -> str:
    """The log can be read, the table fits its contract, and the files it names are there."""
    folder = warehouse.local_folder
    if folder is not None:
        log = folder / table.name / "_delta_log"
        if not any(log.glob("*.json")):
            raise GateError(
                f"{table.name} has no log, so its files are no longer a table. "
                f"{how_to_repair(table)}"
            )
        empty = sorted(c.name for c in log.glob("*.json") if not c.stat().st_size)
        if empty:
            raise GateError(
                f"the log of {table.name} has empty commits: {', '.join(empty)}. "
                f"{how_to_repair(table)}"
            )
    if not warehouse.is_readable(table):
        raise GateError(f"{table.name} cannot be read as a Delta table. {how_to_repair(table)}")
    problems = warehouse.problems(table)
    if problems:
        raise GateError("; ".join(problems))
    files = warehouse.read(table).inputFiles()
    if folder is not None:
        broken = [name for name in files if not _is_whole(_local(name))]
        if broken:
            shown = ", ".join(Path(_local(b)).name for b in broken[:3])
            raise GateError(
                f"{len(broken):,} of {len(files):,} files of {table.name} are missing or broken: "
                f"{shown}{' …' if len(broken) > 3 else ''}. {how_to_repair(table)}"
            )
    return f"as contracted, {len(files):,} files"


def _local(name: str) -> str:
    return unquote(urlparse(name).path)


def _is_whole(name: str) -> bool:
    """Whether a Parquet file is there, with its first and its last bytes."""
    try:
        with Path(name).open("rb") as file:
            begin = file.read(len(MAGIC))
            file.seek(-len(MAGIC), 2)
            return begin == MAGIC == file.read()
    except OSError:
        return False


def _version(warehouse: Warehouse, ledger: Ledger, table: Table) -> str:
    """The table is not behind the version that the ledger recorded."""
    recorded = max(
        (v for s in ledger.states() if (v := _output(s.outputs, table)) is not None), default=None
    )
    expected = table in _written_by(ledger)
    is_there = _lies_there(warehouse, table) and warehouse.is_readable(table)
    if not is_there:
        if recorded is not None or expected:
            raise GateError(
                f"{table.name} is gone, but runs have written it. {how_to_repair(table)}"
            )
        return "not there yet"
    now = warehouse.version(table)
    if recorded is not None and (now is None or now < recorded):
        raise GateError(
            f"{table.name} is at version {now}, but a run left it at {recorded}: "
            f"its log was cut, or it was restored. {how_to_repair(table)}"
        )
    return f"version {now}" + ("" if recorded is None else f"; a run left it at {recorded}")


def _output(outputs: str | None, table: Table) -> int | None:
    version = json.loads(outputs or "{}").get(table.name)
    return version if isinstance(version, int) else None


def _written_by(ledger: Ledger) -> list[Table]:
    """Tables that stages write without recording a version."""
    phases = {s.phase for s in ledger.states() if s.status == DONE}
    first = [EVENTS, ROW_ACCOUNTS, IDENTITY_LINKS] if "ingest-events" in phases else []
    return [*first, *([SEGMENT_CHANGES, SEGMENT_MEMBERS] if ledger.ended() else [])]


def _chain(ledger: Ledger) -> str:
    faults = ledger.faults()
    if faults:
        raise GateError(
            f"{'; '.join(faults)}. Commands use the first publication of each run, so the newest "
            "publication may be lost. Restore `runs` and `segment_changes` from an earlier backup. "
            "Without one, delete the later states from `runs` (DELETE FROM runs WHERE run_id = … "
            "AND phase = 'publish' AND attempt = …) and run `desirelines run`."
        )
    return f"{len(ledger.published()):,}, each after the one before"


def _members(warehouse: Warehouse, ledger: Ledger) -> str:
    """`segment_members` holds what the published changes add up to."""
    publications = {s.run_id: s for s in ledger.published()}
    chain = list(publications)
    members = warehouse.read(SEGMENT_MEMBERS)
    stands_for = members_stand_for(warehouse)
    if stands_for is not None and stands_for not in chain:
        raise GateError(
            f"segment_members stands for run {stands_for}, which `runs` does not know as "
            f"published: a state was lost. {how_to_repair(RUNS)}"
        )
    if not chain:
        return "nothing is published yet"
    upto = chain[: chain.index(stands_for) + 1] if stands_for is not None else chain
    places = warehouse.spark.createDataFrame(
        [(r, n) for n, r in enumerate(upto)], "run_id string, place long"
    )
    newest = publications[upto[-1]]
    fresh = freshness(newest.recorded_at, newest.as_of, fresh_hours=None)
    folded = to_members(warehouse.read(SEGMENT_CHANGES), places, run_id=upto[-1], fresh=fresh)
    if _content(folded) != _content(members):
        raise GateError(
            f"segment_members is not what the changes up to run {upto[-1]} add up to: one of the "
            "two was changed. If `check` finds segment_changes whole and at its version, move the "
            "folder of segment_members away and run `desirelines run`. Else restore "
            "segment_changes from a backup."
        )
    behind = (
        ""
        if upto == chain
        else f"; behind run {chain[-1]}: the next `desirelines run` brings it up to date"
    )
    return f"what the changes of {len(upto):,} runs add up to{behind}"


def _content(members: DataFrame) -> tuple[int, str]:
    """Number of rows, and a checksum of them that does not depend on their order.

    Without expires_at, which the settings of the publishing command decided.
    """
    columns = [c for c in SEGMENT_MEMBERS.column_names if c not in ("bucket", "expires_at")]
    row_hash = F.xxhash64(*columns).cast("decimal(38,0)")
    count, total = members.agg(F.count("*"), F.sum(row_hash)).collect()[0]
    return int(count), str(total)


def _accounts(warehouse: Warehouse) -> str:
    """The number of events equals the rows that the accounts count as used, without the erased."""
    used = warehouse.rows(ROW_ACCOUNTS, where={"fate": ["used"]})
    deleted = warehouse.rows(ERASURE_REQUESTS, where={"state": ["deleted"]})
    erased_count = sum(json.loads(row["row_counts"])[EVENTS.name] for row in deleted)
    used_count = sum(row["row_count"] for row in used) - erased_count
    event_count = row_count(warehouse.read(EVENTS))
    if event_count < used_count:
        raise GateError(
            f"events holds {event_count:,} rows, but {used_count:,} were used and not erased: some "
            "are gone. "
            f"{how_to_repair(EVENTS)}"
        )
    if event_count > used_count:
        return Note(
            f"events holds {event_count:,} rows, but the accounts count {used_count:,}: a batch "
            "was interrupted. `desirelines run` finishes it; if this note stays, an account was "
            "lost"
        )
    erased = f" and not erased ({erased_count:,} were)" if erased_count else ""
    return f"{event_count:,} events, as many as were used{erased}"
