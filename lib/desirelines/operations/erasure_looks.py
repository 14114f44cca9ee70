"""`check`: whether erasure keeps its promises: requests in time, and nobody who was erased there.

And whether it knows every table: one without a contract is never looked at by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from desirelines.errors import GateError
from desirelines.io.tables.contract_check import found_in_folder
from desirelines.io.tables.log import is_clone
from desirelines.operations.deep_check import Note
from desirelines.operations.erase import returned, states_of
from desirelines.run.context import Run
from desirelines.settings.name_patterns import IDS, SESSION
from desirelines.tables import ALL, SUPPRESSIONS
from desirelines.tables.contract import RETENTION_DAYS

LAST_STEPS_DAYS = RETENTION_DAYS + 1
"""Days that a request still needs once its rows are deleted: for files of older versions."""
PERSONAL = {column.name for table in ALL for column in table.columns if column.personal}
Look = tuple[str, Callable[[], str]]


def erasure_looks(run: Run) -> Iterator[Look]:
    """The looks, each with the name of what it checks; none before there are tables.

    A look raises GateError when something is wrong, and says what to do. Cost: the key columns of
    every table with people are read if anybody is suppressed.
    """
    if not any(run.warehouse.exists(table) for table in ALL):
        return
    yield "erasure requests", partial(_requests, run)
    yield "erased people", partial(_returned, run)
    yield "tables without a contract", partial(_others, run)


def _requests(run: Run) -> str:
    states = states_of(run)
    still_open = [s for s in states if s.state != "closed"]
    if not still_open:
        return f"{len(states):,}, all closed"
    first, today = min(s.due_at for s in still_open), f"{run.read_at:%Y-%m-%d}"
    late = [s for s in still_open if s.due_at < today]
    if late:
        raise GateError(
            f"{len(late):,} requests are past their due date, the first since {first}. "
            "`desirelines erase status` says what each waits for; `desirelines erase run` goes on."
        )
    failed = [s for s in still_open if s.state == "failed"]
    if failed:
        raise GateError(
            f"{len(failed):,} requests are not clean: {failed[0].note}. Remove what was found, and "
            "run `desirelines erase run`."
        )
    text = f"{len(still_open):,} of {len(states):,} are open, the first is due on {first}"
    soon = f"{run.read_at + timedelta(days=LAST_STEPS_DAYS):%Y-%m-%d}"
    return Note(f"{text}. Run `desirelines erase run` now") if first <= soon else text


def _returned(run: Run) -> str:
    back = returned(run)
    if back:
        keys = {key for found in back.values() for key in found}
        raise GateError(
            f"{len(keys):,} identifiers of erased people are in {', '.join(sorted(back))} again, "
            "as after a backup was restored. Run `desirelines erase run`: it erases them again."
        )
    return f"no table has one; {run.warehouse.row_count(SUPPRESSIONS):,} statements on suppression"


def _others(run: Run) -> str:
    """Tables in the warehouse's folder that erasure does not know."""
    folder = run.warehouse.local_folder
    if folder is None:
        return "not looked for: the tables are not in a local folder"
    problems = []
    for table in _other_tables(folder):
        name = table.relative_to(folder).as_posix()
        columns = sorted(c for c in found_in_folder(table).columns if _names_people(c))
        if is_clone(table):
            problems.append(f"{name} is a clone: it keeps files that an erasure deletes")
        elif columns:
            problems.append(f"{name} may name people ({', '.join(columns)})")
    if problems:
        raise GateError(
            f"{'; '.join(problems)}. Erasure does not know such tables, and its scan is never "
            "clean while they hold somebody. Move them out of the warehouse, or drop them."
        )
    return "none that may name people"


def _other_tables(folder: Path) -> list[Path]:
    known = {table.name for table in ALL}
    logs = (log.relative_to(folder) for log in sorted(folder.rglob("_delta_log")) if log.is_dir())
    return [folder / log.parent for log in logs if log.parts[0] not in known]


def _names_people(column: str) -> bool:
    """Whether a column is named as one of a contract that is about a person, or as identifiers."""
    lower = column.lower()
    return lower in PERSONAL or any(re.search(p, lower) for p in (*IDS.values(), SESSION))
