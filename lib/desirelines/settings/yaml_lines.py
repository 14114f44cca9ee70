"""Read YAML with the line of every key, for error messages.

Size and depth are limited, so that no file can block a command.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from desirelines.characters import shown
from desirelines.errors import SettingsError

KeyPath = tuple[str | int, ...]

MOST_BYTES = 256 * 1024
"""Maximum size of a file in bytes; the longest mapping in conf/sources has five thousand."""
MOST_NODES = 20_000
"""Maximum number of keys and values, each counted as often as an alias repeats it."""
MOST_DEPTH = 40
MOST_PATH = 400
"""Maximum number of characters of a path that an error repeats."""
_MERGE = "tag:yaml.org,2002:merge"
_TEXT = "tag:yaml.org,2002:str"
_PLAIN_KINDS = ("null", "bool", "int", "float", "timestamp", "seq", "map")
_PLAIN = frozenset([_MERGE, _TEXT, *(f"tag:yaml.org,2002:{kind}" for kind in _PLAIN_KINDS)])
"""Types that YAML assigns without a tag; a value with any other type needs one."""


@dataclass(frozen=True, slots=True)
class Place:
    """The file and line of a key, and the column of its text, if it is one on that line; else 0."""

    file: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class _Bounded(yaml.SafeLoader):
    """Loads plain values only: no tags, no alias in its own anchor; limited size and depth."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._nodes = self._depth = 0
        self._sizes: dict[int, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        is_alias = isinstance(event, yaml.AliasEvent)
        before, self._depth = self._nodes, self._depth + 1
        self._nodes += 0 if is_alias else 1
        if self._depth > MOST_DEPTH:
            raise yaml.MarkedYAMLError(
                problem=f"more than {MOST_DEPTH} levels deep", problem_mark=event.start_mark
            )
        node = super().compose_node(parent, index)
        if is_alias:
            if id(node) not in self._sizes:
                raise yaml.MarkedYAMLError(
                    problem="an alias inside the value it refers to", problem_mark=event.start_mark
                )
            self._nodes += self._sizes[id(node)]
        if self._nodes > MOST_NODES:
            raise yaml.MarkedYAMLError(
                problem=f"more than {MOST_NODES:,} values, aliases written out",
                problem_mark=event.start_mark,
            )
        if node is not None and node.tag not in _PLAIN:
            tag = shown(node.tag.removeprefix("tag:yaml.org,2002:"))
            raise yaml.MarkedYAMLError(
                problem=f"the tag {tag} is not read; write the value without it",
                problem_mark=event.start_mark,
            )
        self._sizes.setdefault(id(node), self._nodes - before)
        self._depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:
            # Such as 30 February, or a number of five thousand digits.
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[KeyPath, Place]]:
    """Read one YAML file: its values, and the place of every key and list element.

    Keys are kept as the text in the file.

    Raises:
        SettingsError: the file does not exist, is not YAML in UTF-8, is not a mapping, has a key
            twice, has a tag, or is too large, also when only its aliases make it so.
    """
    file, places = shown(str(path), MOST_PATH), dict[KeyPath, Place]()
    values = _values(_text_of(path), file, places)
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise SettingsError([f"{file}:1: a configuration is a mapping of keys to values"])
    return values, places


def read_entries(path: Path | Traversable) -> list[tuple[dict[str, Any], dict[KeyPath, Place]]]:
    """Read a YAML file that is one mapping or a list of them, each with the places of its keys.

    Raises:
        SettingsError: as `read_yaml`, or an entry of the list is no mapping.
    """
    file, places = shown(str(path), MOST_PATH), dict[KeyPath, Place]()
    values = _values(_text_of(path), file, places)
    if isinstance(values, dict):
        return [(values, places | {(): Place(file, 1)})]
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise SettingsError([f"{file}:1: a mapping of keys to values, or a list of them"])
    return [
        (value, {at[1:]: place for at, place in places.items() if at[0] == number})
        for number, value in enumerate(values)
    ]


def read_value(text: str, where: str) -> Any:
    """The value of one line of YAML, as in `--set`.

    Raises:
        SettingsError: it is not YAML; the message begins with `where`.
    """
    return _values(text, where, {}, has_lines=False)


def _text_of(path: Path | Traversable) -> str:
    shown_path = shown(str(path), MOST_PATH)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = error.strerror if isinstance(error, OSError) else "the path has a zero byte"
        raise SettingsError(
            [f"{shown_path}: cannot be read ({reason}). Give another file with --conf."]
        ) from None
    if len(data) > MOST_BYTES:
        raise SettingsError(
            [
                f"{shown_path}: larger than {MOST_BYTES // 1024} KiB, "
                "so it is not a configuration. Give another file with --conf."
            ]
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError([f"{shown_path}:{line}: not UTF-8. Save the file as UTF-8."]) from None


def _values(text: str, file: str, places: dict[KeyPath, Place], *, has_lines: bool = True) -> Any:
    """Values of a text; fills `places`."""

    def at(line: int) -> str:
        return f"{file}:{line}" if has_lines else file

    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        raise SettingsError(
            [f"{at(line)}: not valid YAML: the character U+{ord(bad[0]):04X} is not allowed"]
        )
    loader = _Bounded(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _collect(node, (), file, places, at)
        return _apart(loader.construct_document(node))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or error)
        if problem.startswith("but "):  # the first half of PyYAML's sentence is its context
            problem = f"{getattr(error, 'context', '')}, {problem}"
        raise SettingsError(
            [f"{at(mark.line + 1) if mark else file}: not valid YAML: {shown(problem)}"]
        ) from None
    finally:
        loader.dispose()


def _collect(
    node: yaml.Node, at: KeyPath, file: str, places: dict[KeyPath, Place], line_of: Any
) -> None:
    """Record the place of every key; make keys text, so that dates and `yes` stay as written."""
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise SettingsError([f"{line_of(line)}: a key is a word, not a list or a mapping"])
            if key.value in lines:
                path = shown(dotted((*at, key.value)))
                first = lines[key.value]
                raise SettingsError(
                    [f"{line_of(line)}: {path} is given twice (first on line {first})"]
                )
            lines[key.value] = line
            if key.tag == _MERGE:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    _collect(merged, at, file, places, line_of)
                continue
            key.tag = _TEXT
            places[(*at, key.value)] = Place(file, line, _column(value, line - 1))
            _collect(value, (*at, key.value), file, places, line_of)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            line = value.start_mark.line
            places[(*at, number)] = Place(file, line + 1, _column(value, line))
            _collect(value, (*at, number), file, places, line_of)


def _column(node: yaml.Node, line: int) -> int:
    """The column at which the text of a value on this line begins, from 1; 0 for other values."""
    if not isinstance(node, yaml.ScalarNode) or node.start_mark.line != line:
        return 0
    if node.style in ("|", ">") or node.end_mark.line != line:
        return 0
    return int(node.start_mark.column) + (2 if node.style else 1)


def _apart(value: Any) -> Any:
    """Copy the values that aliases repeat, so that `--set` on one does not change the others."""
    if isinstance(value, dict):
        return {key: _apart(inner) for key, inner in value.items()}
    return [_apart(inner) for inner in value] if isinstance(value, list) else value


def dotted(path: KeyPath) -> str:
    """A key path as in `--set`."""
    return ".".join(str(part) for part in path)
