"""`requeue` and `rebuild`: reprocess quarantined rows, recompute derived tables."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_line, show
from desirelines.errors import GateError


def add_data(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, shared=UNDATED)(requeue)
    command(app, shared=UNDATED)(rebuild)


def requeue(
    options: Options,
    source: Annotated[
        str | None,
        typer.Option("--source", help="One source. Default: all of them.", show_default=False),
    ] = None,
) -> None:
    """Reprocess quarantined rows after a mapping or a setting was fixed.

    Rows that parse now are ingested exactly once; the rest stay in quarantine.

    Example: `desirelines requeue --source shop && desirelines run`
    """
    with opened(options, writes="requeue") as run:
        from desirelines.operations.requeue import requeue

        result = requeue(run, source)
    counts = "; ".join(
        f"{name}: " + ", ".join(f"{n:,} {fate}" for fate, n in fates.items())
        for name, fates in result.rows.items()
    )
    show(
        options.is_json,
        result,
        lambda: print_line(counts or "No row in quarantine can be used yet."),
    )


def rebuild(
    options: Options,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="Only sessions that last until this day or later. Default: all.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Recompute every table derived from events and report, per table, whether it is identical.

    These are identities, sessions, and the features of the newest published run. Published segments
    and history stay as they are. The exit code is 3 if a table is not identical.

    Example: `desirelines rebuild --from 2026-03-01`
    """
    with opened(options, writes="rebuild") as run:
        from desirelines.operations.rebuild import rebuild

        result = rebuild(run, since.date() if since else None)
    lines = [
        f"{t.table}: {t.rows_after:,} rows, "
        + ("identical" if t.is_same else f"NOT identical to the {t.rows_before:,} before")
        for t in result.tables
    ]
    show(options.is_json, result, lambda: print_line("\n".join(lines)))
    if not result.is_same:
        raise GateError(
            "rebuild: tables are not identical. They hold the rebuilt rows; the next `desirelines "
            "run` publishes them. If no setting was changed since the last run, this is a defect: "
            "please report it with the lines above."
        )
