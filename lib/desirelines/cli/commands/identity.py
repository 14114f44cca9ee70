"""The group `desirelines identity`: explain identities, and cut or restore links by hand."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from desirelines.cli.opening import opened
from desirelines.cli.options import UNDATED, Options, command
from desirelines.cli.output import print_json, print_line, show
from desirelines.errors import SettingsError

identity = typer.Typer(
    name="identity",
    no_args_is_help=True,
    help="See who is who, and correct it: explain, unlink, relink.",
    rich_markup_mode="markdown",
)

Keys = Annotated[
    list[str] | None,
    typer.Argument(help="Keys, as `identity_map` holds them.", show_default=False),
]
Stdin = Annotated[
    bool,
    typer.Option(
        "--stdin",
        help="Read raw identifiers from standard input, a line `TYPE VALUE` each; "
        "they never become arguments.",
    ),
]


@command(identity, shared=UNDATED)
def explain(options: Options, keys: Keys = None, stdin: Stdin = False) -> None:
    """Show an identifier's current and earlier persons, and its links with their rules.

    For a link that is not followed it says why.

    Example: `desirelines identity explain 3f9c…`, or
    `echo user 4711 | desirelines identity explain --stdin`
    """
    given = _keys(keys, stdin, how_many=1)
    raw = [] if given else _identifiers_of_stdin(1)
    with opened(options) as run:
        from desirelines.operations.identity_links import explain_identity, key_of_identifier

        (key,) = given or [key_of_identifier(run, *identifier) for identifier in raw]
        result = explain_identity(run, key)
    show(options.is_json, result, lambda: print_json(result))


@command(identity, shared=UNDATED)
def unlink(options: Options, keys: Keys = None, stdin: Stdin = False) -> None:
    """Cut the link between two identifiers for good; the next event does not restore it.

    Example: `desirelines identity unlink 3f9c… 8a01…`
    """
    _decide(options, keys, stdin, is_cut=True)


@command(identity, shared=UNDATED)
def relink(options: Options, keys: Keys = None, stdin: Stdin = False) -> None:
    """Return a link that is not followed to the rules, which decide it again.

    Example: `desirelines identity relink 3f9c… 8a01…`
    """
    _decide(options, keys, stdin, is_cut=False)


def _decide(options: Options, keys: list[str] | None, stdin: bool, *, is_cut: bool) -> None:
    given = _keys(keys, stdin, how_many=2)
    raw = [] if given else _identifiers_of_stdin(2)
    with opened(options, writes="identity unlink" if is_cut else "identity relink") as run:
        from desirelines.operations.identity_links import decide, key_of_identifier

        one, other = given or [key_of_identifier(run, *identifier) for identifier in raw]
        result = decide(run, one, other, is_cut=is_cut)
    done = (
        "They are still one person: other links hold them together."
        if result.is_one_person and is_cut
        else "Done."
    )
    text = f"{done} The next `desirelines run` publishes what follows from it."
    show(options.is_json, result, lambda: print_line(text))


def _keys(keys: list[str] | None, stdin: bool, *, how_many: int) -> tuple[str, ...]:
    """The keys given as arguments; none when raw identifiers come on standard input."""
    if stdin and not keys:
        return ()
    if stdin or len(keys or ()) != how_many:
        raise SettingsError(
            [
                f"give {how_many} key{'s' * (how_many > 1)}, or --stdin with a line `TYPE VALUE` "
                "for each"
            ]
        )
    return tuple(keys or ())


def _identifiers_of_stdin(how_many: int) -> list[tuple[str, str]]:
    lines = [line.split(maxsplit=1) for line in sys.stdin.read().splitlines() if line.strip()]
    if len(lines) != how_many or any(len(line) != 2 for line in lines):
        raise SettingsError(
            [
                f"expected {how_many} line{'s' * (how_many > 1)} `TYPE VALUE` on standard input, "
                "such as `user 4711`"
            ]
        )
    return [(line[0], line[1].strip()) for line in lines]
