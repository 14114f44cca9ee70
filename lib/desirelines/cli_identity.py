"""The group `desirelines identity`: why an identifier belongs to a person, and links taken apart by hand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from desirelines.cli_options import Conf, Format, Logs, Out, RunId, Sets, options_of
from desirelines.errors import SettingsError

identity = typer.Typer(
    name="identity", no_args_is_help=True, help="Look at who is who, and mend it: explain, unlink, relink.", rich_markup_mode="markdown"
)  # fmt: skip

Keys = Annotated[list[str] | None, typer.Argument(help="Keys, as `identity_map` holds them.", show_default=False)]
Stdin = Annotated[
    bool,
    typer.Option("--stdin", help="Read raw identifiers from standard input, a line `TYPE VALUE` each; they never become arguments."),
]  # fmt: skip


@identity.command()
def explain(
    keys: Keys = None, stdin: Stdin = False, conf: Conf = None, sets: Sets = None, run_id: RunId = None,
    form: Out = Format.text, logs: Logs = Format.text,
) -> None:  # fmt: skip
    """Show an identifier's person, now and before, its links by rule, and those that are not followed, and why.

    Example: `desirelines identity explain 3f9c…` or `echo user 4711 | desirelines identity explain --stdin`
    """
    given = _given(keys, stdin, how_many=1)
    _commands().explain_identity(given[0] if given else None, options_of(conf, sets, None, run_id, form, logs))


@identity.command()
def unlink(
    keys: Keys = None, stdin: Stdin = False, conf: Conf = None, sets: Sets = None, run_id: RunId = None,
    form: Out = Format.text, logs: Logs = Format.text,
) -> None:  # fmt: skip
    """Take the link between two identifiers apart for good; the next event does not bring it back.

    Example: `desirelines identity unlink 3f9c… 8a01…`
    """
    given = _given(keys, stdin, how_many=2)
    _commands().decide_link(given, options_of(conf, sets, None, run_id, form, logs), is_cut=True)


@identity.command()
def relink(
    keys: Keys = None, stdin: Stdin = False, conf: Conf = None, sets: Sets = None, run_id: RunId = None,
    form: Out = Format.text, logs: Logs = Format.text,
) -> None:  # fmt: skip
    """Give a link that is not followed back to the rules, which judge it anew.

    Example: `desirelines identity relink 3f9c… 8a01…`
    """
    given = _given(keys, stdin, how_many=2)
    _commands().decide_link(given, options_of(conf, sets, None, run_id, form, logs), is_cut=False)


def _given(keys: list[str] | None, stdin: bool, *, how_many: int) -> tuple[str, ...]:
    if stdin and not keys:
        return ()
    if stdin or len(keys or ()) != how_many:
        raise SettingsError(
            [f"give {how_many} key{'s' * (how_many > 1)}, or --stdin with a line `TYPE VALUE` for each"]
        )
    return tuple(keys or ())


def _commands() -> Any:
    from desirelines import commands_mending

    return commands_mending
