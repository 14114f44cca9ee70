"""`check`: whether the tables still hold what was written: files against logs, the chain, members against changes, accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlparse

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import GateError
from desirelines.history.membership_changes import to_members
from desirelines.io.tables.ledger import DONE, Ledger
from desirelines.io.tables.store import Warehouse, row_count
from desirelines.operations.deep_check import Note
from desirelines.tables import (
    ALL,
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

MAGIC = b"PAR1"
"""The first and the last four bytes of every Parquet file."""
DERIVED = {
    t.name
    for t in (IDENTITY_MAP, STREAM_OWNERS, PEOPLE, SESSIONS, FEATURES, RFM_SCORES, PERSON_LABELS)
}
"""Tables that `rebuild` makes again of events and links."""
Look = tuple[str, Callable[[], str]]


def integrity_looks(warehouse: Warehouse, ledger: Ledger) -> Iterator[Look]:
    """The looks with what they look at. A look raises GateError when something is broken, with what mends it."""
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


def how_to_mend(table: Table) -> str:
    """What brings a damaged table back."""
    if table.name in DERIVED:
        return f"Move the folder of {table.name} away and run `desirelines rebuild`: it is made again of events and links."
    if table is SEGMENT_MEMBERS:
        return "Move the folder of segment_members away and run `desirelines run`: it is made again of segment_changes."
    if table is EVENTS:
        return (
            "Bring the folder back from a copy; or move the warehouse away and read the sources anew, which makes new history. "
            "Run nothing that writes before."
        )
    return f"Bring the folder of {table.name} back from a copy, and run nothing that writes before: it cannot be made again."


def _lies_there(warehouse: Warehouse, table: Table) -> bool:
    """Whether something lies where the table is, be it readable or not."""
    if warehouse.local_folder is not None:
        return (warehouse.local_folder / table.name).exists()
    return warehouse.exists(table)


def _ledger(warehouse: Warehouse, ledger: Ledger, there: list[Table]) -> str:
    made = [t for t in there if t in (IDENTITY_MAP, SEGMENT_CHANGES)]
    if RUNS not in there and not made:
        return Note(
            "no run is recorded yet: a first ingest did not come to its end. Run `desirelines run`"
        )
    if RUNS not in there:
        raise GateError(
            f"`runs` is gone, and {len(there)} tables are there: a run would begin history anew. {how_to_mend(RUNS)}"
        )
    ended = ledger.ended()
    return f"{len(ledger.states()):,} states; {len(ended):,} runs ended"


def _table(warehouse: Warehouse, table: Table) -> str:
    """The log can be read, the table is as contracted, and the files it names are there."""
    folder = warehouse.local_folder
    if folder is not None:
        log = folder / table.name / "_delta_log"
        if not any(log.glob("*.json")):
            raise GateError(
                f"{table.name} has no log, so its files are no table any more. {how_to_mend(table)}"
            )
        empty = sorted(c.name for c in log.glob("*.json") if not c.stat().st_size)
        if empty:
            raise GateError(
                f"the log of {table.name} has commits of no byte: {', '.join(empty)}. {how_to_mend(table)}"
            )
    if not warehouse.exists(table):
        raise GateError(f"{table.name} cannot be read as a Delta table. {how_to_mend(table)}")
    problems = warehouse.problems(table)
    if problems:
        raise GateError("; ".join(problems))
    files = warehouse.read(table).inputFiles()
    if folder is not None:
        broken = [name for name in files if not _is_whole(_local(name))]
        if broken:
            shown = ", ".join(Path(_local(b)).name for b in broken[:3])
            raise GateError(
                f"{len(broken):,} of {len(files):,} files of {table.name} are missing or broken: {shown}"
                f"{' …' if len(broken) > 3 else ''}. {how_to_mend(table)}"
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
    """The table is not behind what the ledger recorded of it."""
    recorded = max(
        (v for s in ledger.states() if (v := _output(s.outputs, table)) is not None), default=None
    )
    expected = table in _written_by(ledger)
    is_there = _lies_there(warehouse, table) and warehouse.exists(table)
    if not is_there:
        if recorded is not None or expected:
            raise GateError(f"{table.name} is gone, and runs have written it. {how_to_mend(table)}")
        return "not there yet"
    now = warehouse.version(table)
    if recorded is not None and (now is None or now < recorded):
        raise GateError(
            f"{table.name} is at version {now}, and a run left it at {recorded}: its log was cut or it was restored. {how_to_mend(table)}"
        )
    return f"version {now}" + ("" if recorded is None else f"; a run left it at {recorded}")


def _output(outputs: str | None, table: Table) -> int | None:
    found = json.loads(outputs or "{}").get(table.name)
    return found if isinstance(found, int) else None


def _written_by(ledger: Ledger) -> list[Table]:
    """Tables that stages leave without saying at which version."""
    phases = {s.phase for s in ledger.states() if s.status == DONE}
    first = [EVENTS, ROW_ACCOUNTS, IDENTITY_LINKS] if "ingest-events" in phases else []
    return [*first, *([SEGMENT_CHANGES, SEGMENT_MEMBERS] if ledger.ended() else [])]


def _chain(ledger: Ledger) -> str:
    faults = ledger.faults()
    if faults:
        raise GateError(
            f"{'; '.join(faults)}. Commands go by the first publication of each run, and what was published last may be lost. "
            "Bring `runs` and `segment_changes` back from a copy of the time before; where there is none, delete the later states "
            "from `runs` (DELETE FROM runs WHERE run_id = … AND phase = 'publish' AND attempt = …) and run `desirelines run`."
        )
    return f"{len(ledger.published()):,}, each after the one before"


def _members(warehouse: Warehouse, ledger: Ledger) -> str:
    """The fold of the published changes is what stands in `segment_members`."""
    chain = [s.run_id for s in ledger.published()]
    members = warehouse.read(SEGMENT_MEMBERS)
    stands_for = members.agg(F.max("run_id")).collect()[0][0]
    if stands_for is not None and stands_for not in chain:
        raise GateError(
            f"segment_members stands for run {stands_for}, which `runs` does not know as published: a state was lost. "
            f"{how_to_mend(RUNS)}"
        )
    if not chain:
        return "nothing is published yet"
    upto = chain[: chain.index(stands_for) + 1] if stands_for is not None else chain
    places = warehouse.spark.createDataFrame(
        [(r, n) for n, r in enumerate(upto)], "run_id string, place long"
    )
    folded = to_members(warehouse.read(SEGMENT_CHANGES), places, run_id=upto[-1])
    if _content(folded) != _content(members):
        raise GateError(
            f"segment_members is not what the changes up to run {upto[-1]} add up to: one of the two was changed. If `check` finds "
            "segment_changes whole and at its version, move the folder of segment_members away and run `desirelines run`; else bring "
            "segment_changes back from a copy."
        )
    behind = (
        ""
        if upto == chain
        else f"; behind run {chain[-1]}, which the next `desirelines run` makes up for"
    )
    return f"what the changes of {len(upto):,} runs add up to{behind}"


def _content(members: DataFrame) -> tuple[int, str]:
    """Rows, and a checksum of them that does not depend on their order."""
    told = F.xxhash64("person_id", "segment_id", "is_primary", "since_on").cast("decimal(38,0)")
    count, total = members.agg(F.count("*"), F.sum(told)).collect()[0]
    return int(count), str(total)


def _accounts(warehouse: Warehouse) -> str:
    """Events are as many as the accounts say were used."""
    used = (
        warehouse.read(ROW_ACCOUNTS)
        .filter("fate = 'used'")
        .agg(F.coalesce(F.sum("row_count"), F.lit(0)))
    )
    wanted, found = int(used.collect()[0][0]), row_count(warehouse.read(EVENTS))
    if found < wanted:
        raise GateError(
            f"events holds {found:,} rows, and {wanted:,} were used: some are gone. {how_to_mend(EVENTS)}"
        )
    if found > wanted:
        return Note(
            f"events holds {found:,} rows, and the accounts know of {wanted:,}: a batch was interrupted. `desirelines run` finishes it; "
            "if this stays, an account was lost"
        )
    return f"{found:,} events, as many as were used"
