"""Collect the data of the report from the tables of one run, and write the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, MachineError
from desirelines.paths.top_paths import to_top_paths
from desirelines.paths.transitions import published_steps, with_published_steps
from desirelines.run.context import Run
from desirelines.stages.paths import members_of_published_segments, overlapping
from desirelines.tables import (
    CLUSTER_TRIALS,
    EVENTS,
    FEATURES,
    FUNNEL_STEPS,
    FUNNEL_WEEKS,
    PATH_EDGES,
    PATH_POSITIONS,
    ROW_ACCOUNTS,
    SEGMENT_MOVES,
    SEGMENT_PROFILES,
    SEGMENT_SIZES,
)
from desirelines.views.members import definitions_of
from desirelines.views.sessions import published_sessions

if TYPE_CHECKING:
    from desirelines.report.data import ReportData


def write_report(run: Run) -> Path:
    """Write the page of the run to `report.path`; give its path.

    Raises:
        EmptyInputError: the run was not published.
        MachineError: the drawing libraries are not installed, or the file cannot be written.
    """
    try:
        from desirelines.report.page import render
    except ModuleNotFoundError as error:
        raise MachineError(
            f"{error.name} is not installed: pip install 'desirelines[report]'."
        ) from None
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
    paths, report = run.settings.paths, run.settings.report
    visits = published_sessions(run).filter("is_visit").select("person_id", "steps")
    published = published_steps(visits, top_steps=paths.top_steps, min_people=paths.min_people)
    sessions = with_published_steps(visits, published)
    newest = run.warehouse.read(EVENTS).agg(F.max("occurred_on")).collect()[0][0]
    features = run.warehouse.read(FEATURES).filter(F.col("as_of") == F.lit(state.as_of))
    return ReportData(
        title="Behavioural segments",
        run_id=run.run_id,
        config_hash=state.config_hash,
        as_of=run.as_of,
        published_on=f"{state.recorded_at:%Y-%m-%d %H:%M} UTC",
        data_through=str(newest),
        people_count=features.count(),
        previous_run_id=None if state.base_run_id in (None, "none") else state.base_run_id,
        definitions=definitions_of(run, run.run_id).toPandas(),
        sizes=_of_run(run, SEGMENT_SIZES, "segment_id"),
        profiles=_of_run(run, SEGMENT_PROFILES, "segment_id", "feature"),
        moves=_of_run(run, SEGMENT_MOVES, "from_segment_id", "to_segment_id"),
        edges=_of_run(run, PATH_EDGES, "segment_id", "from_step", "to_step").query(
            "grain == 'session'"
        ),
        positions=_of_run(run, PATH_POSITIONS, "grain", "segment_id", "place", "step"),
        funnels=_of_run(run, FUNNEL_STEPS, "funnel", "segment_id", "step_no"),
        weeks=_of_run(run, FUNNEL_WEEKS, "funnel", "segment_id", "week_on", "step_no"),
        paths=_frame(
            to_top_paths(
                sessions,
                members_of_published_segments(run),
                most=report.top_paths,
                overlapping=overlapping(run),
            ).orderBy("segment_id", F.col("sessions_count").desc(), F.to_json("path"))
        ),
        accounts=_frame(_accounts(run)),
        trials=_of_run(run, CLUSTER_TRIALS, "trial"),
        steps_shown=report.top_steps,
    )


def _accounts(run: Run) -> DataFrame:
    """Fates by source, of the run and of all time, with the rows read, which are counted apart."""
    accounts = run.warehouse.read(ROW_ACCOUNTS).withColumn("_mine", F.col("run_id") == run.run_id)
    batches = accounts.groupBy("source", "ingest_batch").agg(
        F.max("rows_read").alias("n"), F.max("_mine").alias("_mine")
    )
    read = batches.groupBy("source").agg(
        F.sum(F.when(F.col("_mine"), F.col("n")).otherwise(0)).alias("run_rows_read"),
        F.sum("n").alias("rows_read"),
    )
    fates = accounts.groupBy("source", "fate").agg(
        F.sum(F.when(F.col("_mine"), F.col("row_count")).otherwise(0)).alias("run_row_count"),
        F.sum("row_count").alias("row_count"),
    )
    return fates.join(read, "source").orderBy("source", "fate")


def _of_run(run: Run, table: Any, *order: str) -> Any:
    return _frame(run.warehouse.read(table).filter(F.col("run_id") == run.run_id).orderBy(*order))


def _frame(rows: DataFrame) -> Any:
    """Collect an aggregate for drawing."""
    return rows.toPandas()
