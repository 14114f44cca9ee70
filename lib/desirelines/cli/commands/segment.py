"""`rename`: name a segment by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_line, show


def add_segment(app: typer.Typer) -> None:
    """Add the command."""
    command(app, shared=UNDATED)(rename)


def rename(
    options: Options,
    segment_id: Annotated[
        str,
        typer.Argument(
            help="The segment, as `desirelines history --run-id RUN` lists it.", show_default=False
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            help="Its name. Without one, its automatic name is used.", show_default=False
        ),
    ] = None,
) -> None:
    """Give a segment a name of your own. It survives refits; `desirelines report` shows it.

    Example: `desirelines rename c-20260301T020000Z-1a2b3c-04 "Weekend families"`
    """
    with opened(options, writes="rename") as run:
        from desirelines.operations.rename_segment import rename

        result = rename(run, segment_id, name)
    text = (
        f"{segment_id} is called '{result.alias or result.name}' from now on. "
        "`desirelines report` shows it."
    )
    show(options.is_json, result, lambda: print_line(text))
