"""`desirelines erase`: from a request to a receipt, in steps that can all be done again."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desirelines.erasure.receipts import faults_of
from desirelines.erasure.requests import Identifier, keys_of, token_of
from desirelines.errors import GateError
from desirelines.events.fates import suppressed_at
from desirelines.io.erasure_inbox import Case, Inbox
from desirelines.io.secrets import read_secrets
from desirelines.run import warehouse_facts
from desirelines.run.context import Run
from desirelines.run.execute import execute
from desirelines.run.options import new_run_id
from desirelines.settings import Settings
from desirelines.stages.erasure_requests import erasure_of
from desirelines.stages.erasure_returned import returned_keys
from desirelines.stages.erasure_steps import inbox_of, plan_of
from desirelines.stages.erasure_subjects import with_subjects
from desirelines.tables import ERASURE_RECEIPTS, ERASURE_REQUESTS, SUPPRESSIONS


@dataclass(frozen=True, slots=True)
class ErasureState:
    """The newest state of a request.

    Attributes:
        request_id: the request.
        state: see `erasure_requests`; `waiting` for one that no command has taken up yet.
        subject_count: people asked for.
        received_at: when it came.
        due_at: when it has to be closed.
        rows: rows of theirs that were found, in all tables; null before they are known.
        note: what came of the newest step, or what comes next.
    """

    request_id: str
    state: str
    subject_count: int
    received_at: str
    due_at: str
    rows: int | None
    note: str


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would take: people, and rows by table and source; nothing is written."""

    subject_count: int
    people_found: int
    identifiers_suppressed: int
    identifiers_shared: int
    row_counts: dict[str, int]
    over_limit: tuple[str, ...]


def received(
    settings: Settings, identifiers: list[Identifier], subjects: int, now: datetime
) -> Case:
    """Put a request into the inbox; the open one with the same identifiers, if there is one.

    Needs no session and no hold on the warehouse: a request is never lost because a run is on.

    Raises:
        SettingsError: the data secret cannot be used.
        MachineError: the inbox cannot be written.
    """
    data, _ = read_secrets(settings.secrets)
    inbox, keys = Inbox(settings.erasure.inbox), keys_of(identifiers, data, settings.identity)
    for case in inbox.open_cases():
        if case.keys == tuple(keys):
            return case
    case = Case(f"e-{new_run_id()}", now.isoformat(), subjects, tuple(identifiers), tuple(keys))
    inbox.save(case)
    return case


def asked(run: Run, identifiers: list[Identifier], subjects: int) -> Case:
    """The request as it would be received; nothing is written."""
    keys = keys_of(identifiers, run.data_secret, run.settings.identity)
    return Case("", run.read_at.isoformat(), subjects, tuple(identifiers), tuple(keys))


def plan_erasure(run: Run, case: Case) -> ErasurePlan:
    """The numbers that `erase` would find now. Writes nothing.

    Raises:
        GateError: the real one would stop, as of a source nothing can be deleted without a trace.
    """
    case = with_subjects(run, case)
    plan = plan_of(run, case)
    return ErasurePlan(
        case.subject_count,
        len(case.people),
        len(case.own_keys),
        len(case.shared_keys),
        plan.counts,
        plan.over,
    )


def work_off(run: Run, *, is_now: bool, reason: str | None = None) -> tuple[ErasureState, ...]:
    """Take every open request as far as it can go, the oldest first.

    Raises:
        GateError: a request takes more than its limit, or something is left; it stays open. It is
            raised after the others were taken up: none waits behind one that is stuck.
    """
    warehouse_facts.compare(run)  # under other secrets nobody would be found
    _ask_for_returned(run)
    stuck: list[GateError] = []
    for case in inbox_of(run).open_cases():
        if reason:
            case = replace(case, over_limit=reason)
        try:
            execute(erasure_of(case, is_now=is_now), run)
        except GateError as error:
            stuck.append(error)
    if stuck:
        raise stuck[0]
    return states_of(run)


def returned(run: Run) -> dict[str, list[str]]:
    """Keys of erased people that are in tables again, by table; without those of open requests."""
    waiting = {key for case in inbox_of(run).open_cases() for key in (*case.keys, *case.own_keys)}
    found = {table: sorted({*keys} - waiting) for table, keys in returned_keys(run).items()}
    return {table: keys for table, keys in found.items() if keys}


def _ask_for_returned(run: Run) -> None:
    """Put a request into the inbox for people who were erased and are in the tables again."""
    back = returned(run)
    keys = sorted({key for found in back.values() for key in found})
    if not keys:
        return
    run.progress.say(
        f"{len(keys):,} identifiers of erased people are in {', '.join(sorted(back))} again, as "
        "after a backup was restored: they are erased again"
    )
    case = Case(f"e-{new_run_id()}", run.read_at.isoformat(), len(keys), (), tuple(keys))
    inbox_of(run).save(case)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Identifiers whose rows come in again, of those that were asked for."""

    identifiers: int
    asked: int


def allow(run: Run, identifiers: list[Identifier]) -> Allowed:
    """Let rows of people come in again who gave their consent anew; what was erased stays so.

    Idempotent. Identifiers that are not suppressed are left alone.
    """
    warehouse_facts.compare(run)
    keys = keys_of(identifiers, run.data_secret, run.settings.identity)
    tokens = run.spark.createDataFrame(
        [(token_of(run.suppression_secret, key),) for key in keys], "token string"
    )
    standing = suppressed_at(run.warehouse.read(SUPPRESSIONS), run.read_at)
    rows = [
        {"token": row["token"], "is_suppressed": False, "active_from": run.read_at}
        for row in standing.join(tokens, "token", "left_semi").collect()
    ]
    if rows:
        run.warehouse.append(run.spark.createDataFrame(rows, SUPPRESSIONS.schema), SUPPRESSIONS)
    return Allowed(len(rows), len(identifiers))


def states_of(run: Run) -> tuple[ErasureState, ...]:
    """The newest state of every request, the oldest first."""
    newest: dict[str, dict[str, Any]] = {}
    first: dict[str, dict[str, Any]] = {}
    for row in run.warehouse.rows(ERASURE_REQUESTS, "request_id", "state_no"):
        newest[row["request_id"]] = row
        first.setdefault(row["request_id"], row)
    waiting = [c for c in inbox_of(run).open_cases() if c.request_id not in newest]
    due = timedelta(days=run.settings.erasure.due_days)
    return tuple(
        ErasureState(
            request_id,
            row["state"],
            row["subject_count"],
            f"{first[request_id]['recorded_at']:%Y-%m-%d %H:%M}",
            f"{row['due_at']:%Y-%m-%d}",
            None if row["row_counts"] is None else sum(json.loads(row["row_counts"]).values()),
            row["note"] or "",
        )
        for request_id, row in newest.items()
    ) + tuple(
        ErasureState(
            case.request_id,
            "waiting",
            case.subject_count,
            f"{case.received:%Y-%m-%d %H:%M}",
            f"{case.received + due:%Y-%m-%d}",
            None,
            "in the inbox; `desirelines erase run` takes it up",
        )
        for case in waiting
    )


@dataclass(frozen=True, slots=True)
class CheckedReceipts:
    """The receipts, and what is wrong with their chain; nothing in a sound one."""

    receipts: int
    faults: tuple[str, ...]


def check_receipts(run: Run) -> CheckedReceipts:
    """Check that no receipt was changed, and that none is missing. Reads; writes nothing."""
    receipts = run.warehouse.rows(ERASURE_RECEIPTS, "receipt_no")
    closed = run.warehouse.rows(ERASURE_REQUESTS, "request_id", where={"state": ["closed"]})
    faults = faults_of(receipts, [row["request_id"] for row in closed])
    return CheckedReceipts(len(receipts), tuple(faults))
