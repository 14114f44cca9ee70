"""The command `desirelines`: groups, exit codes and errors; the commands are in `commands/`."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from desirelines import __version__
from desirelines.characters import readable
from desirelines.cli.commands.data import add_data
from desirelines.cli.commands.demo import add_demo
from desirelines.cli.commands.erase import erase
from desirelines.cli.commands.identity import identity
from desirelines.cli.commands.maintain import add_maintain
from desirelines.cli.commands.project import add_project
from desirelines.cli.commands.results import add_results
from desirelines.cli.commands.run import add_run, add_stages
from desirelines.cli.commands.runs import add_runs
from desirelines.cli.commands.segment import add_segment, segment
from desirelines.cli.commands.synthetic import add_synthetic
from desirelines.cli.progress import shown
from desirelines.errors import (
    EXIT_DONE,
    EXIT_UNEXPECTED,
    EXIT_USAGE,
    DesirelinesError,
    exit_code_for,
)

logger = logging.getLogger(__name__)
app = typer.Typer(
    name="desirelines",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="From raw events to behavioural segments with a history.\n\n"
    "First time: `desirelines init`, then `desirelines check`, then `desirelines run`.\n\n"
    "Exit codes: 0 done, 1 unexpected, 2 usage, configuration or machine, "
    "3 a check failed and nothing was published, 4 an empty source, "
    "5 done, but files that could not be read were left out.",
)


for add in (
    add_project,
    add_run,
    add_stages,
    add_data,
    add_maintain,
    add_segment,
    add_results,
    add_runs,
    add_synthetic,
    add_demo,
):
    add(app)
app.add_typer(erase)
app.add_typer(identity)
app.add_typer(segment)


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main(argv: list[str] | None = None) -> int:
    """Run one command; give the exit code. Tests, submit files and notebooks call this."""
    arguments = sys.argv[1:] if argv is None else argv
    with shown(_after(arguments, "--log-format")):
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.Abort:
        return EXIT_UNEXPECTED
    except TyperException as error:  # wrong usage; without arguments this is the help
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        if arguments:
            logger.error(readable(message))
        else:
            sys.stderr.write(message + "\n")
        return EXIT_USAGE
    except DesirelinesError as error:
        logger.error(readable(str(error)))
        return exit_code_for(error)
    except Exception as error:
        if os.environ.get("DESIRELINES_DEBUG"):
            raise
        from desirelines.io.spark.errors import kind_of, machine_error

        if lacking := machine_error(error):
            logger.error(readable(str(lacking)))
            return exit_code_for(lacking)
        # Spark's texts may quote cells of a row, so only the kind of error and its place are shown.
        places = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
        logger.error(
            f"unexpected: {kind_of(error)}{readable(places)}. Nothing half-done is visible. Run "
            "again with DESIRELINES_DEBUG=1 to see where (it may show data)."
        )
        return EXIT_UNEXPECTED
    return int(code) if isinstance(code, int) else EXIT_DONE


def entry_point() -> None:
    """The console script: returns on success, else exits with the code.

    A Databricks wheel task takes any exit, also with code 0, as a failure.
    """
    code = main()
    if code != EXIT_DONE:
        sys.exit(code)


def _after(arguments: list[str], option: str) -> str | None:
    """Value of an option in raw arguments, for errors before they are parsed."""
    for number, argument in enumerate(arguments):
        if argument == option and number + 1 < len(arguments):
            return arguments[number + 1]
        if argument.startswith(option + "="):
            return argument.split("=", 1)[1]
    return None
