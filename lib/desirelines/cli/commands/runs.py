"""`diff`, `replay` and `rollback`: runs compared, computed again, and published again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_line, print_rows, rows_of, show
from desirelines.errors import GateError

if TYPE_CHECKING:
    from desirelines.operations.diff_runs import RunDiff
    from desirelines.operations.replay import Compared, Replayed

FEATURES_SHOWN = 10


def add_runs(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, shared=UNDATED)(diff)
    command(app, shared=UNDATED)(replay)
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


def replay(
    options: Options,
    earlier: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The run, as `desirelines history` lists it.",
            show_default=False,
        ),
    ],
    refit: Annotated[
        bool,
        typer.Option(
            "--refit",
            help="Fit the model again, too, and compare it. Refused if somebody was erased since.",
        ),
    ] = False,
) -> None:
    """Compute a run again from its rows, settings and model, and compare with what is held of it.

    Features, evidence and segments are the same for everybody still held; who was erased since is
    counted. No table is written. The exit code is 3 if something is not the same.

    Example: `desirelines replay 20260301T020000Z-1a2b3c`
    """
    with opened(options) as run:
        from desirelines.operations.replay import replay

        result = replay(run, earlier, refit=refit)
    show(options.is_json, result, lambda: _print_replay(result))
    if not result.is_same:
        tables = ", ".join(t.table for t in result.tables if not t.is_same)
        raise GateError(
            f"replay: run {earlier} is not the same now: {tables}. Nothing was changed. Either "
            "rows were changed by hand (`DESCRIBE HISTORY` of the table shows it), or the version "
            "of desirelines is another one (column code_version of `runs`). If neither is so, "
            "this is a defect: please report it with the lines above."
        )


def _print_replay(result: Replayed) -> None:
    print_line(
        f"Run {result.run_id} as of {result.as_of}, computed again in {result.seconds:.0f} s "
        f"for {result.people:,} people:"
    )
    for table in result.tables:
        print_line(f"{table.table}: {table.rows:,} rows, {_in_words(table)}")
    for left_out in result.not_compared:
        print_line(f"{left_out.table}: not compared: {left_out.why}")
    gone = f"people: {result.people_gone:,}, events: {result.events_gone:,}"
    is_all_there = not (result.people_gone or result.events_gone)
    print_line(f"No longer there: {'nothing' if is_all_there else gone}")


def _in_words(table: Compared) -> str:
    if table.is_same:
        return "the same"
    counts = {name: getattr(table, name) for name in ("different", "missing", "extra")}
    return "NOT the same: " + ", ".join(f"{n:,} {name}" for name, n in counts.items() if n)


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
