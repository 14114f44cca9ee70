"""Checks before a run is published: that its numbers fit together, and how far it has drifted."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from pyspark.sql import functions as F

from desirelines import tables
from desirelines.errors import DriftError, GateError
from desirelines.history.publication_checks import Check, RunNumbers, publication_checks
from desirelines.run.context import Run
from desirelines.stages.segment_counts import MEASURES
from desirelines.tables import SEGMENT_SCORECARD, SEGMENT_SIZES, TOO_LITTLE_DATA
from desirelines.views.features import people_count
from desirelines.views.members import members_after

PUBLISHED_TABLES = (
    tables.SEGMENT_CHANGES,
    tables.SEGMENT_DEFINITIONS,
    tables.SEGMENT_PROFILES,
    tables.SEGMENT_SIZES,
    tables.SEGMENT_MOVES,
    tables.SEGMENT_OVERLAP,
    tables.SEGMENT_COVERAGE,
    tables.SEGMENT_SCORECARD,
)
"""Tables whose contract is checked, as readers see them once the run is published."""


def check_gates(run: Run, base: str) -> dict[str, Any]:
    """Check the run, and give the results for `runs`.

    Raises:
        GateError: numbers do not fit together, whatever `--force-publish` says.
        DriftError: the run differs from its base by more than `publish` allows.
    """
    integrity = _integrity(run)
    checks = publication_checks(
        _numbers_of(run, run.run_id, integrity["people"]),
        _numbers_of(run, base, _people_of(run, base)),
        _drift_of(run),
        run.settings.publish,
    )
    failed = [check for check in checks if check.is_passed is False]
    gates = integrity | {"checks": [asdict(check) for check in checks]}
    if failed and run.force_publish is None:
        raise DriftError(_refusal(run, base, failed), gates=gates)
    return gates | ({"forced": run.force_publish} if failed else {})


def _integrity(run: Run) -> dict[str, Any]:
    """Numbers of the run that must fit together.

    Raises:
        GateError: they do not.
    """
    batches: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in run.warehouse.rows(tables.ROW_ACCOUNTS):
        batches.setdefault((row["source"], row["ingest_batch"]), []).append(row)
    broken = sum(
        sum(row["row_count"] for row in rows) != max(row["rows_read"] for row in rows)
        for rows in batches.values()
    )
    people = people_count(run)
    main = members_after(run, run.run_id).filter("is_primary")
    counts = main.agg(F.count("*"), F.count_distinct("person_id")).collect()[0]
    not_contracted = [t.name for t in PUBLISHED_TABLES if _has_problems(run, t)]
    gates = {
        "people": people,
        "with_primary": counts[1],
        "with_two_primaries": counts[0] - counts[1],
        "batches_that_do_not_add_up": broken,
        "tables_not_as_contracted": not_contracted,
    }
    if broken or people != counts[1] or counts[0] != counts[1] or not_contracted:
        raise GateError(
            f"publish: the checks failed: {gates}. Nothing was published; the last published run "
            "stays. Run `desirelines check` for details.",
            gates=gates,
        )
    return gates


def _has_problems(run: Run, table: tables.Table) -> bool:
    return run.warehouse.exists(table) and bool(run.warehouse.problems(table))


def _people_of(run: Run, run_id: str) -> int | None:
    return next((s.row_count for s in run.ledger.ended() if s.run_id == run_id), None)


def _numbers_of(run: Run, run_id: str, people: int | None) -> RunNumbers:
    mine = {"run_id": [run_id]}
    shares = {
        row["segment_id"]: row["share"]
        for row in run.warehouse.rows(SEGMENT_SIZES, where=mine)
        if row["share"] is not None
    }
    too_few = shares.get(TOO_LITTLE_DATA)
    known = {
        row["segment_id"]: row["measurable"]
        for row in run.warehouse.rows(SEGMENT_SCORECARD, where=mine)
        if row["measurable"] is not None
    }
    return RunNumbers(people, shares, None if too_few is None else 1 - too_few, known)


def _drift_of(run: Run) -> dict[str, float | None]:
    """How far the main segments moved, as assign-segments recorded it."""
    state = run.ledger.newest("assign-segments", run_id=run.run_id)
    outputs = json.loads(state.outputs or "{}") if state is not None else {}
    return dict(outputs.get(MEASURES, {}))


def _refusal(run: Run, base: str, failed: list[Check]) -> str:
    lines = "\n  ".join(f"{c.text} (publish.{c.name}: {c.limit:g})" for c in failed)
    return (
        f"publish: run {run.run_id} is too far from run {base}, the last published one:\n  "
        f"{lines}\nNothing was published; run {base} stays. If the data are right, publish it "
        f'anyway: `desirelines publish --run-id {run.run_id} --force-publish "why"`. If a source '
        "was incomplete, complete it and run again."
    )
