"""The pages of commands and of configuration, from the command line itself and conf/base.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from desirelines import errors
from desirelines.cli.app import app

BASE = Path(__file__).parents[1] / "conf" / "base.yaml"
SHARED = ("--conf", "--set", "--as-of", "--run-id", "--force", "--format", "--log-format")
"""Options of most commands, which are described once."""


def commands_page() -> str:
    """Every command with its options, and the exit codes."""
    root = get_command(app)
    commands = list(_commands(root, "desirelines"))
    shared = {
        option.opts[0]: option
        for _, command in commands
        for option in command.params
        if option.opts[0] in SHARED
    }
    lines = [
        "# Commands",
        "",
        "Generated from the command line by `make docs`; `desirelines COMMAND --help` says the "
        "same.",
        "",
        "Most commands have these options:",
        "",
        *_options([shared[name] for name in SHARED if name in shared]),
    ]
    for name, command in commands:
        own = [p for p in command.params if p.opts[0] not in (*SHARED, "--help")]
        also = [p.opts[0] for p in command.params if p.opts[0] in SHARED]
        arguments = [p for p in own if not p.opts[0].startswith("-")]
        usage = " ".join([name, *(_place(a) for a in arguments), "[options]"])
        lines += ["", f"## {name}", "", f"`{usage}`", "", *_text(command.help or "")]
        if own:
            lines += ["", *_options(own)]
        if also:
            lines += ["", f"Also: {', '.join(f'`{name}`' for name in also)}."]
    return "\n".join([*lines, "", *_exit_codes()]) + "\n"


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for part, inner in command.commands.items():
        if not hasattr(inner, "commands") or inner.invoke_without_command:
            yield f"{name} {part}", inner
        if hasattr(inner, "commands"):
            yield from _commands(inner, f"{name} {part}")


def _place(argument: Any) -> str:
    name = (argument.metavar or argument.name).upper()
    return name if argument.required else f"[{name}]"


def _text(help_text: str) -> list[str]:
    """The help as Markdown: an example stands alone."""
    lines: list[str] = []
    for line in help_text.splitlines():
        if line.startswith("Example:") and lines and lines[-1]:
            lines.append("")
        lines.append(line)
    return lines


def _options(options: list[Any]) -> list[str]:
    rows = []
    for option in options:
        is_plain = option.opts[0].startswith("-")
        names = ", ".join(f"`{o}`" for o in (*option.opts, *option.secondary_opts))
        shown = names if is_plain else f"`{_place(option)}`"
        default = option.default
        is_shown = is_plain and default not in (None, False, ()) and not callable(default)
        value = str(getattr(default, "value", default))
        rows.append(
            f"| {shown} | {(option.help or '').replace('|', '/')} | "
            f"{f'`{value}`' if is_shown else ''} |"
        )
    return ["| option | what it does | default |", "|---|---|---|", *rows]


def _exit_codes() -> list[str]:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.DesirelinesError)
    ]
    rows = [
        f"| {kind.exit_code} | `{kind.__name__}` | {(kind.__doc__ or '').splitlines()[0]} |"
        for kind in sorted(kinds, key=lambda kind: (kind.exit_code, kind.__name__))
        if kind is not errors.DesirelinesError
    ]
    return [
        "## Exit codes and errors",
        "",
        "0 is done, also when nothing was new; 1 is unexpected. What to do about a message: "
        "[troubleshooting](troubleshooting.md).",
        "",
        "| code | error | when |",
        "|---|---|---|",
        *rows,
    ]


def configuration_page() -> str:
    """Every setting with its default."""
    return (
        "# Configuration\n\n"
        "Generated from `conf/base.yaml` by `make docs`. It shows every setting with its default; "
        "your own file holds differences only. `--set group.name=value` changes one setting of a "
        "command. Later files win over earlier ones (`--conf a.yaml --conf b.yaml`).\n\n"
        f"```yaml\n{BASE.read_text(encoding='utf-8').rstrip()}\n```\n"
    )
