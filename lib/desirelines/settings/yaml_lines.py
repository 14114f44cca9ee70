"""YAML with the line of every key, so that an error can point at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from desirelines.errors import SettingsError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[KeyPath, Place]]:
    """Read one YAML file: its values, and the place of every key and list element.

    Raises:
        SettingsError: the file is not there, is not YAML, is not a mapping, or names a key twice.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror}). Give another file with --conf."]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise SettingsError([f"{path}{line}: not valid YAML: {getattr(error, 'problem', error)}"]) from None
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise SettingsError([f"{path}:1: a configuration is a mapping of keys to values"])
    places: dict[KeyPath, Place] = {}
    _collect(node, (), str(path), places)
    return yaml.safe_load(path.read_text(encoding="utf-8")), places


def _collect(node: yaml.Node, at: KeyPath, file: str, places: dict[KeyPath, Place]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*at, str(key.value))
            if here in places:
                raise SettingsError(
                    [
                        f"{file}:{key.start_mark.line + 1}: {dotted(here)} is given twice (first on line {places[here].line})"
                    ]
                )
            places[here] = Place(file, key.start_mark.line + 1)
            _collect(value, here, file, places)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            places[(*at, number)] = Place(file, value.start_mark.line + 1)
            _collect(value, (*at, number), file, places)


def dotted(path: KeyPath) -> str:
    """Write a key path the way `--set` takes it."""
    return ".".join(str(part) for part in path)
