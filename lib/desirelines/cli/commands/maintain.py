"""`maintain`: look after the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_line, print_rows, rows_of, show

if TYPE_CHECKING:
    from desirelines.operations.maintain import Maintained


def add_maintain(app: typer.Typer) -> None:
    """Add the command."""
    command(app, shared=UNDATED)(maintain)


def maintain(
    options: Options,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show what would be done, with its numbers; write nothing."),
    ] = False,
) -> None:
    """Look after the tables: join small files, delete what has expired and what nobody needs.

    Tables that an older version of the package wrote are brought to this one. Published rows stay.

    Example: `desirelines maintain --dry-run`, then `desirelines maintain`, once a week
    """
    with opened(options, writes=None if dry_run else "maintain", migrates=True) as run:
        from desirelines.operations.maintain import maintain

        result = maintain(run, is_dry_run=dry_run)
    show(options.is_json, result, lambda: _print(result))


def _print(result: Maintained) -> None:
    print_rows(rows_of(result.actions))
    if not result.actions:
        print_line("Nothing to do.")
    elif result.is_dry_run:
        print_line("Nothing was changed: `desirelines maintain` does this.")
