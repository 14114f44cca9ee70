"""`run`, `assign`, and a command for each stage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import DATED, PUBLISHES, Options, command
from desirelines.cli.output import print_line, print_summary, show
from desirelines.errors import PartialError

if TYPE_CHECKING:
    from desirelines.run.context import Run

STAGE_HELP = {
    "ingest-events": "Read what is new at the sources into `events`; every row gets one fate.\n\n"
    "Example: `desirelines ingest-events --conf shop.yaml`",
    "resolve-identities": "Resolve identifiers and streams to people.\n\n"
    "Example: `desirelines resolve-identities`",
    "build-sessions": "Cut events into sessions with their paths.\n\n"
    "Example: `desirelines build-sessions --set sessions.gap_minutes=15`",
    "build-features": "Compute every person's features as of a date.\n\n"
    "Example: `desirelines build-features --as-of 2026-03-01`",
    "fit-clusters": "Find the groups: k-means or bisecting k-means by MLlib.\n\n"
    "Example: `desirelines fit-clusters --set clusters.algorithm=bisecting_kmeans "
    "--set clusters.k=6`",
    "assign-segments": "Assign everybody to segments and compare with the run before; "
    "staged, not yet visible.\n\n"
    "Example: `desirelines assign-segments`",
    "build-paths": "Count which step follows which, per segment and for everybody.\n\n"
    "Example: `desirelines build-paths`",
    "publish": "Check the run and publish it in one commit.\n\nExample: `desirelines publish`",
}
"""Help of each stage, in the order of a run; a test compares it with `pipeline.STAGES`."""


def add_run(app: typer.Typer) -> None:
    """Add `run` and `assign`."""
    command(app, shared=PUBLISHES)(run)
    command(app, shared=PUBLISHES)(assign)


def add_stages(app: typer.Typer) -> None:
    """Add the commands of the stages."""
    command(app, "ingest-events", shared=DATED, help=STAGE_HELP["ingest-events"])(ingest_events)
    for stage, text in STAGE_HELP.items():
        if stage != "ingest-events":
            shared = PUBLISHES if stage == "publish" else DATED
            command(app, stage, shared=shared, help=text)(_stage_command(stage))


def run(options: Options) -> None:
    """Run all stages in order, from the sources to the published segments and the report.

    The same inputs and date a second time change nothing.
    Example: `desirelines run --conf shop.yaml --as-of 2026-03-01`
    """
    _run(options, "run", refit=True)


def assign(options: Options) -> None:
    """Run all stages with the model of the last published run.

    New people are assigned to segments; nothing is fitted, and names stay.

    Example, every day between two fits: `desirelines assign --conf shop.yaml --as-of 2026-03-02`
    """
    _run(options, "assign", refit=False)


def _run(options: Options, name: str, *, refit: bool) -> None:
    with opened(options, writes=name, fits=refit) as run:
        from desirelines.operations.run_pipeline import run_pipeline

        summary = run_pipeline(run, refit=refit)
    show(options.is_json, summary, lambda: print_summary(summary))
    _refuse_to_call_it_whole(run)


def ingest_events(
    options: Options,
    resync: Annotated[
        list[str] | None,
        typer.Option(
            "--resync",
            metavar="SOURCE",
            help="Read this source again from its beginning; "
            "events that are already there are duplicates.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Read new rows."""
    _stage(options, "ingest-events", tuple(resync or ()))


def _stage_command(stage: str):  # type: ignore[no-untyped-def]
    def run_stage(options: Options) -> None:
        _stage(options, stage)

    return run_stage


def _stage(options: Options, stage: str, resync: tuple[str, ...] = ()) -> None:
    """Run one stage of the newest unfinished run, or of --run-id.

    New events begin a new run if the unfinished one failed.
    """
    with opened(
        options,
        goes_on=True,
        continues_failed=stage != "ingest-events",
        writes=stage,
        fits=stage == "fit-clusters",
    ) as run:
        from desirelines.operations.run_pipeline import run_stage

        result = run_stage(replace(run, resync=frozenset(resync)), stage)
    show(options.is_json, result, lambda: print_line(f"{stage} of run {result.run_id} is done."))
    _refuse_to_call_it_whole(run)


def _refuse_to_call_it_whole(run: Run) -> None:
    """End with an exit code of its own if files were left out.

    Raises:
        PartialError: they were.
    """
    if run.unreadable:
        raise PartialError.unreadable_files(run.unreadable)
