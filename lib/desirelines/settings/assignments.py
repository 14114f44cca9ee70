"""`--set a.b=c`: one setting from the command line, which overrides the files."""

from __future__ import annotations

from typing import Any

from desirelines.characters import shown
from desirelines.errors import SettingsError
from desirelines.settings.yaml_lines import KeyPath, Place, dotted, read_value

MOST_KEYS = 20


def assign(values: dict[str, Any], places: dict[KeyPath, Place], assignment: str) -> None:
    """Set one value in `values`, and record in `places` that it came from the command line.

    Numbers are places in lists, from 0: `sources.0.path=x`. A key below an empty value creates a
    mapping; below a list or a single value it is a mistake.

    Raises:
        SettingsError: the assignment cannot be read, or a key is below a single value or beyond the
            end of a list.
    """
    option = f"--set {shown(assignment)}"
    path, equals, text = assignment.partition("=")
    keys = [key.strip() for key in path.split(".")]
    if not equals or not all(keys) or len(keys) > MOST_KEYS:
        raise SettingsError([f"{option}: write it as --set key.key=value"])
    value = read_value(text, option)
    here: Any = values
    for number, key in enumerate(keys):
        above, is_last = _place(keys[:number]), number == len(keys) - 1
        if isinstance(here, list):
            at: Any = _index(key, here, f"{option}: {shown(dotted(above))}")
        elif isinstance(here, dict):
            at = key
        else:
            raise SettingsError(
                [f"{option}: {shown(dotted(above))} is a single value and has no keys"]
            )
        if is_last:
            here[at] = value
        elif isinstance(here, dict) and here.get(at) is None:
            here[at] = {}
        here = here[at]
        places.setdefault(_place(keys[: number + 1]), Place(option, 1))
    places[_place(keys)] = Place(option, 1)


def _place(keys: list[str]) -> KeyPath:
    return tuple(int(k) if _is_number(k) else k for k in keys)


def _index(key: str, values: list[Any], where: str) -> int:
    if not _is_number(key) or int(key) >= len(values):
        raise SettingsError([f"{where} has {len(values)} entries, numbered from 0"])
    return int(key)


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 10
