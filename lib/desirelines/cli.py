"""The command `desirelines`: arguments, help and exit codes. What the commands do is in `commands`, imported when one runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from desirelines import __version__
from desirelines.cli_identity import identity
from desirelines.cli_mending import add_mending
from desirelines.cli_options import STAGES, AsOf, Conf, Force, Format, Logs, Out, RunId, Sets, options_of
from desirelines.errors import EXIT_DONE, EXIT_UNEXPECTED, EXIT_USAGE, DesirelinesError, exit_code_for

app = typer.Typer(
    name="desirelines", no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False,
    help="From raw events to behavioural segments with a history.\n\nFirst time: `desirelines init`, then `desirelines check`, then "
    "`desirelines run`.\n\nExit codes: 0 done, 1 unexpected, 2 usage, configuration or machine, 3 a check failed and nothing was "
    "published, 4 an empty source, 5 done in part.",
)  # fmt: skip


app.add_typer(identity)


def _stage_command(stage: str) -> Callable[..., None]:
    def command(
        conf: Conf = None,
        sets: Sets = None,
        as_of: AsOf = None,
        run_id: RunId = None,
        force: Force = False,
        form: Out = Format.text,
        logs: Logs = Format.text,
    ) -> None:
        _commands().run_stage(stage, options_of(conf, sets, as_of, run_id, form, logs, force))

    return command


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to begin; made if it is not there.")] = Path(),
    from_: Annotated[
        str | None,
        typer.Option("--from", help="A file, folder or table: its mapping is guessed from the first 1,000 rows."),
    ] = None,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """Begin: write a first configuration, a mapping to edit, and the two secrets.

    Nothing that is there is overwritten. A guessed mapping has its guesses marked; no value of the rows but the names of
    events comes into it.

    Example: `desirelines init shop --from exports/events.csv && cd shop && desirelines check`
    """
    _commands().init(folder, from_, options_of(None, None, None, None, form, logs))


@app.command()
def check(
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Read every row of the tables too: keys that are there twice, event ids that several events bear.",
        ),
    ] = False,
    conf: Conf = None,
    sets: Sets = None,
    as_of: AsOf = None,
    run_id: RunId = None,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """The doctor: Java, Spark, Delta, configuration, secrets, sources, mappings (on the first 1,000 rows), tables.

    With `--deep` also the rows: an event id in two streams of a source, or in one further apart than a batch looks back, is told
    and not merged. Writes nothing. Example: `desirelines check --conf shop.yaml`, every week `desirelines check --deep`
    """
    _commands().check(options_of(conf, sets, as_of, run_id, form, logs), is_deep=deep)


@app.command()
def plan(
    conf: Conf = None,
    sets: Sets = None,
    as_of: AsOf = None,
    run_id: RunId = None,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """Show what a run would read and write. Writes nothing.

    Example: `desirelines plan --conf shop.yaml --format json`
    """
    _commands().plan(options_of(conf, sets, as_of, run_id, form, logs))


@app.command()
def run(
    conf: Conf = None,
    sets: Sets = None,
    as_of: AsOf = None,
    run_id: RunId = None,
    force: Force = False,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """All stages in order, from the sources to the published segments and the report.

    The same inputs and date a second time change nothing. Example: `desirelines run --conf shop.yaml --as-of 2026-03-01`
    """
    _commands().run(options_of(conf, sets, as_of, run_id, form, logs, force))


@app.command()
def assign(
    conf: Conf = None,
    sets: Sets = None,
    as_of: AsOf = None,
    run_id: RunId = None,
    force: Force = False,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """All stages with the model of the last published run: new people find their group, nothing is fitted, names stay.

    Example, every day between two fits: `desirelines assign --conf shop.yaml --as-of 2026-03-02`
    """
    _commands().run(options_of(conf, sets, as_of, run_id, form, logs, force), refit=False)


@app.command("ingest-events", help=STAGES["ingest-events"])
def ingest_events(
    resync: Annotated[
        list[str] | None,
        typer.Option("--resync", metavar="SOURCE", help="Read this source anew from its beginning; events that are there already are duplicates.", show_default=False),
    ] = None,
    conf: Conf = None, sets: Sets = None, as_of: AsOf = None, run_id: RunId = None, force: Force = False, form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:  # fmt: skip
    """Read new rows."""
    _commands().run_stage(
        "ingest-events", options_of(conf, sets, as_of, run_id, form, logs, force), tuple(resync or ())
    )


for _stage, _help in STAGES.items():
    if _stage != "ingest-events":
        app.command(_stage, help=_help)(_stage_command(_stage))


add_mending(app)


@app.command()
def report(
    conf: Conf = None,
    sets: Sets = None,
    as_of: AsOf = None,
    run_id: RunId = None,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """Write the page with the pictures for the newest published run, or for --run-id.

    Example: `desirelines report --set report.path=segments.html`
    """
    _commands().report(options_of(conf, sets, as_of, run_id, form, logs))


@app.command()
def history(
    conf: Conf = None,
    sets: Sets = None,
    as_of: AsOf = None,
    run_id: RunId = None,
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """Show the published runs and what changed in each; with --run-id, the segments of that run.

    Example: `desirelines history --format json`
    """
    _commands().history(options_of(conf, sets, as_of, run_id, form, logs))


@app.command()
def why(
    person: Annotated[str | None, typer.Argument(help="A person id or a key, as the tables hold it.", show_default=False)] = None,
    identifier: Annotated[str | None, typer.Option("--identifier", metavar="TYPE", help="Read a raw identifier of this type from standard input instead; it never becomes an argument.", show_default=False)] = None,
    conf: Conf = None, sets: Sets = None, as_of: AsOf = None, run_id: RunId = None, form: Out = Format.text, logs: Logs = Format.text,
) -> None:  # fmt: skip
    """Show what is known of a person now: segments and why, features, identifiers, sessions.

    Example: `desirelines why 3f9c…` or `echo ann@example.com | desirelines why --identifier email`
    """
    _commands().why(person, identifier, options_of(conf, sets, as_of, run_id, form, logs))


@app.command()
def world(
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables; made if it is not there.")],
    people: Annotated[int, typer.Option(min=10, help="People who live in it.")] = 2000,
    days: Annotated[int, typer.Option(min=60, help="Days they are watched.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 7,
    as_: Annotated[
        str, typer.Option("--as", metavar="delta|json|csv", help="How the raw tables are written.")
    ] = "delta",
    form: Out = Format.text,
    logs: Logs = Format.text,
) -> None:
    """Make a world with planted truth: raw tables as real systems write them, and the truth beside, which no stage reads.

    Example: `desirelines world --people 2000 --days 400 --seed 7 --out world`
    """
    _commands().world(out, people, days, seed, as_, options_of(None, None, None, None, form, logs))


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main(argv: list[str] | None = None) -> int:
    """Run one command; give the exit code. Tests, submit files and notebooks call this."""
    arguments = sys.argv[1:] if argv is None else argv
    as_json = "json" in (_after(arguments, "--log-format"),)
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.Abort:
        return EXIT_UNEXPECTED
    except TyperException as error:  # the command line was used wrongly; without arguments this is the help
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        sys.stderr.write(message + "\n") if not arguments else _complain(message, as_json)
        return EXIT_USAGE
    except DesirelinesError as error:
        _complain(str(error), as_json)
        return exit_code_for(error)
    except Exception as error:
        if os.environ.get("DESIRELINES_DEBUG"):
            raise
        # Spark's texts may quote cells of a row, so only what kind of error it was is shown.
        kind = getattr(error, "getCondition", lambda: None)() or type(error).__name__
        _complain(
            f"unexpected: {kind}. Nothing half-done is visible. Run again with DESIRELINES_DEBUG=1 to see where (it may show data).",
            as_json,
        )
        return EXIT_UNEXPECTED
    return int(code) if isinstance(code, int) else EXIT_DONE


def entry_point() -> None:
    """The console script: returns on success, exits with the code otherwise (a Databricks wheel task reads exit 0 as failure)."""
    code = main()
    if code != EXIT_DONE:
        sys.exit(code)


def _after(arguments: list[str], option: str) -> str | None:
    """Value of an option in raw arguments, for errors that come before they are parsed."""
    for number, argument in enumerate(arguments):
        if argument == option and number + 1 < len(arguments):
            return arguments[number + 1]
        if argument.startswith(option + "="):
            return argument.split("=", 1)[1]
    return None


def _complain(message: str, as_json: bool) -> None:
    if as_json:
        import json

        sys.stderr.write(json.dumps({"level": "ERROR", "message": message}) + "\n")
    else:
        from desirelines.settings.checks import readable

        sys.stderr.write(f"desirelines: {readable(message)}\n")


def _commands() -> Any:
    from desirelines import commands

    return commands


if __name__ == "__main__":
    sys.exit(main())
