"""Commands that mend or check what stands: rejected rows once more, what is derived from events once more, names of segments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from desirelines.cli_options import Conf, Format, Logs, Out, RunId, Sets, options_of


def add_mending(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (requeue, rebuild, rename):
        app.command()(command)


def requeue(
    source: Annotated[
        str | None, typer.Option("--source", help="One source. Default: all of them.", show_default=False)
    ] = None,
    conf: Conf = None,
    sets: Sets = None,
    run_id: RunId = None,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """Bring rows in quarantine in again, once a mapping or a setting was mended. Each goes in once; the rest stay.

    Example: `desirelines requeue --source shop && desirelines run`
    """
    from desirelines import commands_mending

    commands_mending.requeue(source, options_of(conf, sets, None, run_id, form, logs))


def rebuild(
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="Only sessions that go on to this day or later. Default: all.", show_default=False),
    ] = None,
    conf: Conf = None, sets: Sets = None, run_id: RunId = None, form: Out = Format.text, logs: Logs = Format.text,
) -> None:  # fmt: skip
    """Recompute what is derived from events, and say whether it is what stood there. It must be; exit code 3 when it is not.

    Who is who, sessions, and the features of the newest published run. Published segments and history stay as they are.
    Example: `desirelines rebuild --from 2026-03-01`
    """
    from desirelines import commands_mending

    commands_mending.rebuild(since, options_of(conf, sets, None, run_id, form, logs))


def rename(
    segment_id: Annotated[str, typer.Argument(help="The segment, as `desirelines history --run-id RUN` lists it.", show_default=False)],
    name: Annotated[str | None, typer.Argument(help="Its name. Without it, the name it has by itself.", show_default=False)] = None,
    conf: Conf = None, sets: Sets = None, run_id: RunId = None, form: Out = Format.text, logs: Logs = Format.text,
) -> None:  # fmt: skip
    """Give a segment a name of your own. It holds over refits; `desirelines report` shows it.

    Example: `desirelines rename c-20260301T020000Z-1a2b3c-04 "Weekend families"`
    """
    from desirelines import commands_mending

    commands_mending.rename(segment_id, name, options_of(conf, sets, None, run_id, form, logs))
