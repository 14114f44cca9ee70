"""Collect the data of the report from the tables of one run, and write the page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pyspark.sql import functions as F

from desirelines.catalogue.kinds import CONTACT_KINDS
from desirelines.errors import EmptyInputError, MachineError
from desirelines.io.tables.ledger import ENDED, ORDER
from desirelines.paths.transitions import published_steps, with_published_steps
from desirelines.paths.visit_counts import to_visit_counts, without_outbound
from desirelines.run.context import Run
from desirelines.settings.run_ids import NO_BASE
from desirelines.stages.paths import members_of_published_segments, overlapping
from desirelines.tables import (
    CLUSTER_TRIALS,
    EVENTS,
    FUNNEL_STEPS,
    FUNNEL_WEEKS,
    ROW_ACCOUNTS,
    RUNS,
    SEGMENT_COVERAGE,
    SEGMENT_MOVES,
    SEGMENT_OVERLAP,
    SEGMENT_PROFILES,
    SEGMENT_SCORECARD,
    SEGMENT_SIZES,
    Table,
)
from desirelines.views.data_end import day_after_newest_event
from desirelines.views.members import definitions_of, freshness_of
from desirelines.views.rule_attrition import ConditionCount, attritions
from desirelines.views.rules import rules_of
from desirelines.views.sessions import published_sessions

if TYPE_CHECKING:
    from desirelines.report.data import ReportData
    from desirelines.report.drawings import Drawings

MOST_RUNS = 24
"""Published runs in a trend, the newest ones."""


def write_report(run: Run) -> Path:
    """Write the page of the run to `report.path`; give its path.

    Raises:
        EmptyInputError: the run was not published.
        MachineError: the drawing libraries are not installed, or the file cannot be written.
    """
    try:
        from desirelines.report.page import render
    except ModuleNotFoundError as error:
        raise _lacks(error) from None
    target = Path(run.settings.report.path)
    page = render(report_data(run))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise MachineError(
            f"the report cannot be written to {target} ({error.strerror}). Give another place with "
            "--set report.path=FILE."
        ) from None
    return target.resolve()


def drawings_of(run: Run) -> Drawings:
    """The pictures of the page one by one.

    Raises:
        EmptyInputError: the run was not published.
        MachineError: the drawing libraries are not installed.
    """
    try:
        from desirelines.report.drawings import Drawings
    except ModuleNotFoundError as error:
        raise _lacks(error) from None
    return Drawings(report_data(run))


def _lacks(error: ModuleNotFoundError) -> MachineError:
    return MachineError(f"{error.name} is not installed: pip install 'desirelines[report]'.")


def report_data(run: Run) -> ReportData:
    """Collect the aggregates of the run; nothing in them is about one person."""
    from desirelines.report.data import ReportData

    state = next((s for s in run.ledger.ended() if s.run_id == run.run_id), None)
    if state is None:
        raise EmptyInputError(
            f"run {run.run_id} was not published, so there is nothing to report. Run "
            "`desirelines publish` first."
        )
    run = run.at(state.as_of)
    report, publication = run.settings.report, _publication(run)
    fresh_until = freshness_of(run, run.run_id).expires_at
    return ReportData(
        title="Behavioural segments",
        run_id=run.run_id,
        config_hash=state.config_hash,
        code_version=publication["code_version"] or "",
        as_of=run.as_of,
        published_on=_moment(state.recorded_at),
        data_through=str(_newest_day(run)),
        fresh_until="" if fresh_until is None else _moment(fresh_until),
        people_count=state.row_count or 0,
        previous_run_id=None if state.base_run_id in (None, NO_BASE) else state.base_run_id,
        definitions=_frame(definitions_of(run, run.run_id)),
        sizes=_of_run(run, SEGMENT_SIZES, "segment_id"),
        trend=_frame(_trend(run), ["run_id", "as_of", "segment_id", "people_count", "share"]),
        profiles=_of_run(run, SEGMENT_PROFILES, "segment_id", "feature"),
        moves=_of_run(run, SEGMENT_MOVES, "from_segment_id", "to_segment_id"),
        overlap=_of_run(run, SEGMENT_OVERLAP, "segment_id", "other_segment_id"),
        coverage=_of_run(run, SEGMENT_COVERAGE, "rule_segments"),
        scorecard=_of_run(run, SEGMENT_SCORECARD, "segment_id"),
        attrition=_frame(_attrition(run), ["segment_id", *ConditionCount.__dataclass_fields__]),
        visits=_visits(run),
        funnels=_of_run(run, FUNNEL_STEPS, "funnel", "segment_id", "step_no"),
        weeks=_of_run(run, FUNNEL_WEEKS, "funnel", "segment_id", "week_on", "step_no"),
        accounts=_frame(accounts_of(run)),
        trials=_of_run(run, CLUSTER_TRIALS, "trial"),
        gates=json.loads(publication["gates"] or "{}"),
        rule_features={r.segment_id: r.needs for r in rules_of(run) if r.needs},
        steps_shown=report.top_steps,
        flow_places=report.flow_places,
        flow_steps=report.flow_steps,
        outbound_steps=report.outbound_steps,
        currency=run.settings.site.currency,
        time_zone=run.settings.site.time_zone,
    )


def _publication(run: Run) -> dict[str, Any]:
    """The state that ended the run."""
    rows = run.warehouse.rows(RUNS, *ORDER, where={"run_id": [run.run_id], "phase": ["publish"]})
    return next(row for row in reversed(rows) if row["status"] in ENDED)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _trend(run: Run) -> list[dict[str, Any]]:
    """Sizes of segments in the newest published runs up to this one, the oldest first."""
    chain = [state.run_id for state in run.ledger.published()]
    until = chain[: chain.index(run.run_id) + 1] if run.run_id in chain else [run.run_id]
    shown = until[-MOST_RUNS:]
    days = {state.run_id: state.as_of for state in run.ledger.ended()}
    rows = run.warehouse.rows(SEGMENT_SIZES, "segment_id", where={"run_id": shown})
    rows.sort(key=lambda row: shown.index(row["run_id"]))
    names = ("run_id", "segment_id", "people_count", "share")
    return [{"as_of": days[row["run_id"]]} | {n: row[n] for n in names} for row in rows]


def _attrition(run: Run) -> list[dict[str, Any]]:
    return [
        {"segment_id": segment_id} | asdict(step)
        for segment_id, steps in attritions(run, run.run_id).items()
        for step in steps
    ]


def _visits(run: Run) -> Any:
    """Counts of the visits of the run, and of messages; two executions."""
    paths, report = run.settings.paths, run.settings.report
    messages = [f"{kind}_count" for kind in CONTACT_KINDS]
    sessions = published_sessions(run)
    if not report.outbound_steps:
        sessions = without_outbound(sessions)
    sessions = sessions.select("person_id", "is_visit", "started_at", "steps", *messages)
    published = published_steps(
        sessions.filter("is_visit"), top_steps=paths.top_steps, min_people=paths.min_people
    )
    return (
        to_visit_counts(
            with_published_steps(sessions, published),
            members_of_published_segments(run),
            places=report.flow_places,
            most_paths=report.top_paths,
            zone=run.settings.site.time_zone,
            overlapping=overlapping(run),
        )
        .orderBy("segment_id", "what", F.col("n").desc(), F.to_json("key"))
        .toPandas()
    )


def _newest_day(run: Run) -> date:
    """The day (site zone) of the newest event before the run's date.

    Events are read only for a date before the end of the data.
    """
    end = day_after_newest_event(run)
    if run.as_of >= end:
        return end - timedelta(days=1)
    events = run.warehouse.read(EVENTS).filter(F.col("occurred_at") < F.lit(run.window.end))
    newest = events.agg(F.max("occurred_at")).collect()[0][0]
    zone = ZoneInfo(run.settings.site.time_zone)
    return run.as_of if newest is None else newest.astimezone(zone).date()


def accounts_of(run: Run) -> list[dict[str, Any]]:
    """Fates by source, of the run and of all time, with the rows read, which are counted apart.

    Shape: source, fate, run_row_count, row_count, run_rows_read, rows_read; by source and fate.
    """
    rows = run.warehouse.rows(ROW_ACCOUNTS)
    batches = {(r["source"], r["ingest_batch"], r["run_id"]): r["rows_read"] for r in rows}
    fates = {(r["source"], r["fate"]): r for r in rows}

    def total(mine: Iterable[tuple[str, int]]) -> tuple[int, int]:
        counts = list(mine)
        return sum(n for by, n in counts if by == run.run_id), sum(n for _, n in counts)

    accounts = []
    for source, fate in sorted(fates):
        in_run, in_all = total(
            (r["run_id"], r["row_count"])
            for r in rows
            if (r["source"], r["fate"]) == (source, fate)
        )
        read_in_run, read = total((by, n) for (s, _, by), n in batches.items() if s == source)
        accounts.append(
            {
                "source": source,
                "fate": fate,
                "run_row_count": in_run,
                "row_count": in_all,
                "run_rows_read": read_in_run,
                "rows_read": read,
            }
        )
    return accounts


def _of_run(run: Run, table: Table, *order: str) -> Any:
    rows = run.warehouse.rows(table, *order, where={"run_id": [run.run_id]})
    return _frame(rows, table.column_names)


def _frame(rows: list[dict[str, Any]], columns: list[str] | None = None) -> Any:
    """Rows for drawing."""
    # pandas is slow to import, and few commands need it.
    import pandas as pd

    return pd.DataFrame(rows, columns=columns)
