"""`diff` and `rollback`: two runs compared, and an older one published again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_line, print_rows, rows_of, show

if TYPE_CHECKING:
    from desirelines.operations.diff_runs import RunDiff

FEATURES_SHOWN = 10


def add_runs(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, shared=UNDATED)(diff)
    command(app, shared=UNDATED)(rollback)


def diff(
    options: Options,
    before: Annotated[
        str, typer.Argument(metavar="RUN", help="The earlier run.", show_default=False)
    ],
    now: Annotated[str, typer.Argument(metavar="RUN", help="The later run.", show_default=False)],
) -> None:
    """Compare two runs: who moved where and why, and how far shares and features drifted.

    Every change has one cause: identity, consent, population, model, cut_point (a percentile
    moved), rule_edit or behaviour; the first that fits. Numbers of fewer than ten people, and
    others that would reveal them, are withheld.

    Example: `desirelines diff 20260301T020000Z-1a2b3c 20260302T020000Z-4d5e6f`
    """
    with opened(options) as run:
        from desirelines.operations.diff_runs import diff

        result = diff(run, before, now)
    show(options.is_json, result, lambda: _print_diff(result))


def _print_diff(result: RunDiff) -> None:
    print_line(
        f"{result.before} (as of {result.before_as_of}) and {result.now} (as of {result.now_as_of})"
    )
    for what, value in (("population stability index", result.psi), ("Rand index", result.ari)):
        print_line(f"{what} of the main segments: {'withheld' if value is None else value}")
    print_rows(rows_of(result.migrations))
    print_rows(rows_of(result.causes))
    print_rows(rows_of(result.features[:FEATURES_SHOWN]))


def rollback(
    options: Options,
    to: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The published run whose members are wanted, as `desirelines history` lists it.",
            show_default=False,
        ),
    ],
) -> None:
    """Publish the members of an older run again, as a new run with its model and definitions.

    People are those of today: merged ones are one, and who refused consent or is suppressed stays
    out. The next `desirelines run` publishes anew, so mend first what went wrong.

    Example: `desirelines rollback 20260301T020000Z-1a2b3c`
    """
    with opened(options, writes="rollback") as run:
        from desirelines.operations.rollback import rollback

        result = rollback(run, to)
    text = (
        f"Run {result.run_id} has the members of run {result.restores}: {result.people:,} of "
        f"{result.people_then or 0:,} people."
    )
    show(options.is_json, result, lambda: print_line(text))
