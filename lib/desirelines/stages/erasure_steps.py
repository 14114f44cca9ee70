"""The steps of an erasure, from a received request to its receipt. Each can be done again."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from desirelines.erasure.requests import request_token, token_of
from desirelines.errors import GateError
from desirelines.events.fates import suppressed_at
from desirelines.io.erasure_inbox import Case, Inbox
from desirelines.io.tables.maintenance import retention_ignored
from desirelines.io.tables.rows import row_count
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.stages.erasure_files import listed_files, proven, purge, purge_due
from desirelines.stages.erasure_rebuild import rebuild_shared
from desirelines.stages.erasure_receipts import write_receipt
from desirelines.stages.erasure_removals import removals_with, write_removals
from desirelines.stages.erasure_rows import delete_all_rows, people_tables, row_counts, rows_of
from desirelines.stages.erasure_source_files import purge_sources
from desirelines.stages.erasure_sources import (
    InSource,
    check_rewritten,
    delete_from_sources,
    found_in_sources,
    left_in_sources,
    source_counts,
    source_sizes,
    with_source_values,
)
from desirelines.stages.erasure_subjects import with_subjects, with_values
from desirelines.tables import ERASURE_REQUESTS, PEOPLE, QUARANTINED_EVENTS, SUPPRESSIONS

State = Literal[
    "received", "suppressed", "planned", "deleted", "purged", "verified", "failed", "closed"
]
DELETED: State = "deleted"
"""From this state on no table has a row of theirs."""
FILES_NAMED = 5


def inbox_of(run: Run) -> Inbox:
    """The inbox of the settings."""
    return Inbox(run.settings.erasure.inbox)


def take_further(run: Run, *, case: Case, is_now: bool) -> StageReport:
    """Take one request as far as it can go.

    Raises:
        GateError: it takes more than its limit, or rows are left; it stays open.
    """
    steps: tuple[tuple[State, Callable[[Run, Case], Case]], ...] = (
        ("received", _receive),
        ("suppressed", _suppress),
        ("planned", _plan),
        (DELETED, _delete),
    )
    states = [row["state"] for row in state_rows(run, case)]
    for state, step in steps:
        if state not in states:
            run.progress.say(f"{case.request_id}: {state} …")
            case = step(run, case)
    is_purged = "purged" in states and states[-1] != "failed"
    if not is_purged and not _purge(run, case, is_now=is_now):
        return StageReport(note=f"{case.request_id}: files of older versions are kept still")
    if "verified" not in states and not _verify(run, case):
        return StageReport(note=f"{case.request_id}: something is left")
    _close(run, case)
    return StageReport(note=f"{case.request_id}: closed")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request would take.

    Attributes:
        case: the request, with what names its rows alone; without where it is over its limit and
            nobody said why that is right, as there may be too many.
        counts: rows that go, by table and by `source <name>`.
        over: of what more goes than the limit allows, with the numbers.
        sources: their rows in erasable sources.
    """

    case: Case
    counts: dict[str, int]
    over: tuple[str, ...]
    sources: tuple[InSource, ...]


def plan_of(run: Run, case: Case) -> Plan:
    """Count what a request would take. Writes nothing.

    Raises:
        GateError: of a source nothing can be deleted without a trace, see `found_in_sources`.
    """
    sources = found_in_sources(run, case)
    counts = row_counts(run, case) | source_counts(sources)
    sizes = {table.name: run.warehouse.row_count(table) for table in people_tables(run)}
    over = over_limit(run, counts, sizes | source_sizes(run, sources))
    if not over or case.over_limit:
        case = with_source_values(with_values(run, case), sources)
        if QUARANTINED_EVENTS.name in counts:  # rejected rows can hold what names theirs
            counts[QUARANTINED_EVENTS.name] = row_count(rows_of(run, QUARANTINED_EVENTS, case))
    return Plan(case, counts, over, sources)


def over_limit(run: Run, counts: dict[str, int], sizes: dict[str, int]) -> tuple[str, ...]:
    """Of what more goes than the limit allows, with the numbers."""
    limits, people = run.settings.erasure, max(1, run.warehouse.row_count(PEOPLE))
    return tuple(
        f"{counts[name]:,} of {rows:,} rows of {name}"
        for name, rows in sizes.items()
        if counts[name] > max(limits.most_share * rows, limits.most_people * rows / people)
    )


def state_rows(run: Run, case: Case) -> list[dict[str, Any]]:
    """The states of a request, the oldest first."""
    where = {"request_id": [case.request_id]}
    return run.warehouse.rows(ERASURE_REQUESTS, "state_no", where=where)


def _receive(run: Run, case: Case) -> Case:
    _record(run, case, "received")
    return case


def _suppress(run: Run, case: Case) -> Case:
    """From here on no row of theirs comes in; what is others' as well comes in without them."""
    case = with_subjects(run, case)
    inbox_of(run).save(case)
    tokens = [token_of(run.suppression_secret, key) for key in case.own_keys]
    rows = run.spark.createDataFrame(
        [(token, True, run.read_at) for token in tokens], SUPPRESSIONS.schema
    )
    standing = suppressed_at(run.warehouse.read(SUPPRESSIONS), run.read_at)
    new = rows.join(standing, "token", "left_anti")
    if not new.isEmpty():
        run.warehouse.append(new, SUPPRESSIONS)
    note = f"{len(case.own_keys):,} identifiers"
    if case.shared_keys:
        note += f"; {len(case.shared_keys):,} are others' as well and stay"
    _record(run, case, "suppressed", note=note)
    return case


def _plan(run: Run, case: Case) -> Case:
    """Count what goes; keep what is needed once it is gone."""
    case = with_subjects(run, case)
    plan = plan_of(run, case)
    if plan.over and not case.over_limit:
        limits = run.settings.erasure
        raise GateError(
            f"erase: request {case.request_id} would take {'; '.join(plan.over)}. The limit is "
            f"{limits.most_share:.0%} of a table, or the rows of {limits.most_people} people. "
            "Nothing was deleted; what comes in of theirs is left out already. Look at "
            "`desirelines erase --dry-run`. If it is right, run `desirelines erase run "
            "--over-limit REASON`."
        )
    case = replace(plan.case, removals=removals_with(run, case), files=listed_files(run))
    inbox_of(run).save(case)
    note = f"over the limit: {case.over_limit}" if plan.over else ""
    _record(run, case, "planned", row_counts=plan.counts, note=note)
    return case


def _delete(run: Run, case: Case) -> Case:
    sources = found_in_sources(run, case)
    tables = people_tables(run)
    before = run.warehouse.versions(tables)
    write_removals(run, case.removals or ())
    delete_all_rows(run, case)
    delete_from_sources(run, sources)
    rebuild_shared(run, case)
    counts = row_counts(run, case) | left_in_sources(run, case)
    left = sorted(name for name, count in counts.items() if count)
    if left:
        raise GateError(
            f"erase: request {case.request_id}: rows are left in {', '.join(left)}. The "
            "request stays open. Run `desirelines erase run` again."
        )
    versions = {"before": before, "after": run.warehouse.versions(tables)}
    _record(run, case, DELETED, versions=versions)
    return case


def _purge(run: Run, case: Case, *, is_now: bool) -> bool:
    deleted = next(row for row in state_rows(run, case) if row["state"] == DELETED)
    due = purge_due(deleted["recorded_at"])
    if not is_now and run.read_at < due:
        run.progress.say(
            f"{case.request_id}: files of older versions stay until {due:%Y-%m-%d %H:%M} UTC; "
            "`desirelines erase run` deletes them then, or with --now at once, while nothing else "
            "reads the tables"
        )
        return False
    run.progress.say(f"{case.request_id}: purged …")
    if is_now:
        check_rewritten(run)
    with retention_ignored(run.spark) if is_now else nullcontext():
        purge(run, people_tables(run), is_now=is_now)
        purge_sources(run, is_now=is_now)
    _record(run, case, "purged", note="at once" if is_now else "after their retention")
    return True


def _verify(run: Run, case: Case) -> bool:
    run.progress.say(f"{case.request_id}: verified …")
    found = proven(run, case)
    if found.is_clean:
        write_receipt(run, case, state_rows(run, case), found)
        _record(run, case, "verified", note=found.summary)
        return True
    named = ", ".join(found.unclean[:FILES_NAMED])
    more = len(found.unclean) - FILES_NAMED
    note = f"not clean: {named}{f' and {more:,} more files' if more > 0 else ''}"
    _record(run, case, "failed", note=note)
    return False


def _close(run: Run, case: Case) -> None:
    _record(run, case, "closed", note="there is a receipt")
    inbox_of(run).close(case)


def _record(run: Run, case: Case, state: State, *, note: str = "", **facts: Any) -> None:
    earlier = state_rows(run, case)
    known = {name: earlier[-1][name] if earlier else None for name in ("row_counts", "versions")}
    texts = {name: json.dumps(value, sort_keys=True) for name, value in facts.items()}
    row = {
        "request_id": case.request_id,
        "state_no": len(earlier) + 1,
        "state": state,
        "token": request_token(run.suppression_secret, case.keys),
        "subject_count": case.subject_count,
        "due_at": case.received + timedelta(days=run.settings.erasure.due_days),
        **known,
        **texts,
        "note": note,
        "run_id": run.run_id,
        "recorded_at": run.clock(),
    }
    run.warehouse.append([row], ERASURE_REQUESTS)
