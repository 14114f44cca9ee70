"""Requests of erasure that come while a run is on: it publishes nobody who asked to be erased."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from desirelines.errors import GateError
from desirelines.io.erasure_inbox import Case
from desirelines.io.tables.ledger import ERASE
from desirelines.run.context import Run
from desirelines.run.execute import Stage, execute
from desirelines.run.options import new_run_id
from desirelines.stages.erasure_steps import DELETED, inbox_of, state_rows, take_further
from desirelines.tables import ERASURE_REQUESTS


def erasure_of(case: Case, *, is_now: bool) -> Stage:
    """The stage that takes one request as far as it can go."""
    return Stage(ERASE, partial(take_further, case=case, is_now=is_now), records_start=False)


def delete_who_asked(run: Run) -> None:
    """Suppress the people of waiting requests and delete their rows; files go by `erase run`.

    A request that is stuck, as one over its limit, waits for `erase run` and stops no run.
    """
    for case in inbox_of(run).open_cases():
        if any(row["state"] == DELETED for row in state_rows(run, case)):
            continue
        run.progress.say(f"{case.request_id} is open: its people are left out of this publication")
        try:
            execute(erasure_of(case, is_now=False), run.of(new_run_id(), None))
        except GateError as error:
            run.progress.say(str(error))


def last_deletion(run: Run) -> datetime | None:
    """When rows of an erased person were last deleted; null if none ever were."""
    deleted = run.warehouse.rows(ERASURE_REQUESTS, where={"state": [DELETED]})
    return max((row["recorded_at"] for row in deleted), default=None)
