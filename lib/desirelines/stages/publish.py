"""Publish a run in one commit of the ledger; after it readers see the run's members."""

from __future__ import annotations

from typing import Any

from desirelines.errors import GateError
from desirelines.io.tables.ledger import State
from desirelines.run.context import Run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.stages.after_publication import FOLLOWS, follow_up, what_follows
from desirelines.stages.erasure_requests import delete_who_asked, last_deletion
from desirelines.stages.gates import check_stages, is_beyond_the_data
from desirelines.stages.publication_gates import check_gates
from desirelines.tables import (
    CONSENTS,
    EVENTS,
    IDENTITY_CUTS,
    SEGMENT_MEMBERS,
    STREAM_TAGS,
    SUPPRESSIONS,
)
from desirelines.views.versions import versions_of_rows

TRIES = 3
DECIDE = (EVENTS, CONSENTS, STREAM_TAGS, SUPPRESSIONS, IDENTITY_CUTS)
"""Tables whose versions decide the result of a run, with the configuration and the date."""


def publish(run: Run, assign: Stage, after_erasure: tuple[Stage, ...] = ()) -> StageReport:
    """Check the run and publish it in one commit; then replace segment_members in another.

    If another run was published since `assign` compared this one with its base, `assign` runs
    again. If somebody was erased since, or asked to be, `after_erasure` are done again, without
    them.

    Raises:
        GateError: a check failed, or other runs were published first, three times.
    """
    check_stages(run)
    # It must be there from the first publication on, whatever happens after it.
    run.warehouse.create(SEGMENT_MEMBERS)
    _leave_out_erased(run, assign, after_erasure)
    for _ in range(TRIES):
        base, is_backfill = run.ledger.base_of(run.run_id, run.as_of)
        if run.ledger.inputs_of(run.run_id, "assign-segments").get("base_run_id") != base:
            execute(assign, run)
        gates = check_gates(run, base)
        facts = {
            "as_of": run.as_of,
            "inputs": _fingerprint(run),
            "gates": gates,
            "row_count": gates["people"],
        }
        if is_backfill or is_beyond_the_data(run):
            run.ledger.backfill(run.run_id, base, **facts)
            note = "outside the chain of published runs: members stay as they are"
            return StageReport(gates["people"], note, is_to_record=False)
        if run.ledger.publish(run.run_id, base, **facts, outputs={FOLLOWS: what_follows(run)}):
            follow_up(run)
            return StageReport(gates["people"], _note(gates), is_to_record=False)
    raise GateError(
        "publish: other runs were published first, three times. Nothing was published. Run again "
        "when they are done."
    )


def _leave_out_erased(run: Run, assign: Stage, again: tuple[Stage, ...]) -> None:
    """Delete who asked to be erased while the run was on, and make its rows without them."""
    delete_who_asked(run)
    assigned, deleted = run.ledger.newest(assign.name, run_id=run.run_id), last_deletion(run)
    if assigned is not None and deleted is not None and deleted > assigned.recorded_at:
        for stage in again:
            execute(stage, run)


def _note(gates: dict[str, Any]) -> str:
    """How the checks ended, in words."""
    judged = [check for check in gates["checks"] if check["is_passed"] is not None]
    failed = [check["name"] for check in judged if not check["is_passed"]]
    if not judged:
        return "no earlier run to compare with"
    forced = f"; published in spite of {', '.join(failed)}" if failed else ""
    return f"{len(judged) - len(failed)} of {len(judged)} checks passed{forced}"


def run_with_same_inputs(run: Run) -> State | None:
    """The newest ended run with the same inputs, settings, date and base; null if there is none."""
    fingerprint = _fingerprint(run)
    for end in reversed([s for s in run.ledger.ended() if s.as_of == run.as_of]):
        base, _ = run.ledger.base_of(end.run_id, run.as_of)
        if run.ledger.inputs_of(end.run_id, "publish") == fingerprint and base == end.base_run_id:
            return end
    return None


def _fingerprint(run: Run) -> dict[str, Any]:
    """What decides the result of a run; runs with equal fingerprints have equal results."""
    versions = versions_of_rows(run, DECIDE)
    return versions | {"config": run.settings.hash, "as_of": str(run.as_of)}
