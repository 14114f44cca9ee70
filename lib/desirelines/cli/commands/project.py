"""`init`, `check` and `plan`: commands before a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import ALL, PRINTS, Options, command
from desirelines.cli.output import print_line, print_rows, show


def add_project(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, shared=PRINTS)(init)
    command(app, shared=ALL)(check)
    command(app, shared=ALL)(plan)


def init(
    options: Options,
    folder: Annotated[
        Path, typer.Argument(help="Folder of the project; created if it is missing.")
    ] = Path(),
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="A file, folder or table: its mapping is inferred from the first 1,000 rows.",
        ),
    ] = None,
) -> None:
    """Start a project: write a first configuration, a mapping to edit, and the two secrets.

    Existing files are never overwritten. An inferred mapping marks its guesses. Of the values in
    the rows, it holds only names of events.

    Example: `desirelines init shop --from exports/events.csv && cd shop && desirelines check`
    """
    from desirelines.operations.init_project import begin

    hints = []
    if from_ is None:
        files = begin(folder)
    else:
        from desirelines.operations.infer_mapping import guessed

        name, guess = guessed(from_)
        files = begin(folder, (name, guess.text))
        hints = [f"Not found: {what}. Fill it in." for what in guess.missing]
        if not files[0].is_new:
            hints.append(f"Add `- sources/{name}.yaml` to `sources:` in {files[0].path}.")
    lines = [f"{'wrote' if file.is_new else 'kept '} {file.path}" for file in files]
    lines += [*hints, "Next: edit the mapping, then `desirelines check`."]
    show(options.is_json, files, lambda: print_line("\n".join(lines)))


def check(
    options: Options,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Read every row of the tables too, to find duplicate keys and event ids.",
        ),
    ] = False,
) -> None:
    """Find what would stop a run, without writing anything.

    Checks Java, Spark, Delta, configuration, secrets, sources, mappings (on the first 1,000 rows)
    and tables. With `--deep` also every row: an event id in two streams of a source, or in events
    further apart than a batch looks back, is reported, and nothing is merged.

    Example: `desirelines check --conf shop.yaml`, every week `desirelines check --deep`
    """
    from desirelines.operations.check import diagnosis
    from desirelines.run.progress import Progress

    tell = Progress("check").say
    findings, error = diagnosis(options.run.files, options.run.overrides, is_deep=deep, tell=tell)
    show(options.is_json, findings, lambda: print_line("\n".join(map(str, findings))))
    if error is not None:
        raise error


def plan(options: Options) -> None:
    """Show what a run would read and write. Writes nothing.

    Example: `desirelines plan --conf shop.yaml --format json`
    """
    with opened(options, is_judged=True) as run:
        from desirelines.operations.plan import planned

        result = planned(run)

    def as_text() -> None:
        print_line(f"as_of {result.as_of}; compared with run {result.base_run_id}")
        print_rows(result.reads)
        print_rows(result.writes)

    show(options.is_json, result, as_text)
