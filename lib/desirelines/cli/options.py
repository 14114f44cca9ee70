"""The options that commands share, and the decorator that adds them to a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from desirelines.run.options import RunOptions


class Format(StrEnum):
    """Format of an output."""

    text = "text"
    json = "json"


Conf = Annotated[
    list[Path] | None,
    typer.Option(
        "--conf",
        "-c",
        help="Configuration file; may be given more than once, the later wins. "
        "Default: desirelines.yaml here, if there is one.",
        show_default=False,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="KEY=VALUE",
        help="One setting, such as clusters.k=6; wins over files.",
        show_default=False,
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Date before which everything lies. "
        "Default, and the latest without --force: the day after the newest event.",
        show_default=False,
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Accept an --as-of beyond the data. "
        "Such a run stays outside the chain of published runs: members do not change.",
    ),
]
ForcePublish = Annotated[
    str | None,
    typer.Option(
        "--force-publish",
        metavar="REASON",
        help="Publish a run that is too far from the last published one (settings `publish`). "
        "The reason is kept in `runs`.",
        show_default=False,
    ),
]
RunId = Annotated[
    str | None,
    typer.Option(
        "--run-id",
        help="Run to continue; a published one is closed. "
        "Default: the newest unfinished one for a single stage, a new one for `run`.",
        show_default=False,
    ),
]
Output = Annotated[
    Format, typer.Option("--format", help="How the result is printed on standard output.")
]
LogFormat = Annotated[
    Format,
    typer.Option("--log-format", help="How progress and errors are written to standard error."),
]

READS: dict[str, tuple[Any, Any]] = {
    "conf": (Conf, None),
    "overrides": (Overrides, None),
    "as_of": (AsOf, None),
    "run_id": (RunId, None),
}
PRINTS: dict[str, tuple[Any, Any]] = {
    "output": (Output, Format.text),
    "log_format": (LogFormat, Format.text),
}
DATED: dict[str, tuple[Any, Any]] = {**READS, "force": (Force, False), **PRINTS}
"""Options of a command that makes rows for a date."""
PUBLISHES: dict[str, tuple[Any, Any]] = {**DATED, "force_publish": (ForcePublish, None)}
"""Options of a command that publishes a run."""
ALL: dict[str, tuple[Any, Any]] = {**READS, **PRINTS}
"""Options of a command that reads the configuration and the tables."""
UNDATED = {name: option for name, option in ALL.items() if name != "as_of"}
"""Options of a command for which a date has no meaning."""


@dataclass(frozen=True, slots=True)
class Options:
    """The shared options of one command, as given."""

    run: RunOptions
    output: str = "text"

    @property
    def is_json(self) -> bool:
        """Whether the result is printed as JSON."""
        return self.output == "json"


def command(
    group: typer.Typer,
    name: str | None = None,
    *,
    shared: dict[str, tuple[Any, Any]] = ALL,
    help: str | None = None,
    of_group: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add a function to a group as a command, or as what the group itself does.

    Its first parameter receives the shared options; the others become options of its own.
    """

    def add(function: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(function, localns={"Options": Any}, include_extras=True)
        further = list(inspect.signature(function).parameters.values())[1:]
        parameters = [p.replace(annotation=hints[p.name], kind=p.KEYWORD_ONLY) for p in further] + [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=option
            )
            for name, (option, default) in shared.items()
        ]

        def run_command(**given: Any) -> None:
            options = {option: given.pop(option) for option in shared}
            function(options_of(**options), **given)

        run_command.__doc__ = function.__doc__
        run_command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run_command.__annotations__ = {p.name: p.annotation for p in parameters}
        if of_group:
            group.callback(invoke_without_command=True)(run_command)
        else:
            group.command(name or function.__name__, help=help)(run_command)
        return function

    return add


def options_of(
    *,
    conf: list[Path] | None = None,
    overrides: list[str] | None = None,
    as_of: datetime | None = None,
    run_id: str | None = None,
    force: bool = False,
    force_publish: str | None = None,
    output: Format = Format.text,
    log_format: Format = Format.text,
) -> Options:
    """The shared options as commands use them; `main` reads the log format itself.

    Raises:
        SettingsError: `run_id` is not a valid name of a run, or the reason says nothing.
    """
    from desirelines.run.options import RunOptions

    date = as_of.date() if as_of else None
    run = RunOptions(tuple(conf or ()), tuple(overrides or ()), date, run_id, force, force_publish)
    return Options(run, output.value)
