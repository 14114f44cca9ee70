"""YAML with the line of every key, so that an error can point at it; and bounded, so that no file can hold a command up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from desirelines.characters import shown
from desirelines.errors import SettingsError

KeyPath = tuple[str | int, ...]

MOST_BYTES = 256 * 1024
"""Bytes of a file; the longest mapping in conf/sources has five thousand."""
MOST_NODES = 20_000
"""Keys and values of a file, each counted as often as an alias repeats it."""
MOST_DEPTH = 40
MOST_PATH = 400
"""Letters of a file's path that an error repeats."""
_MERGE = "tag:yaml.org,2002:merge"
_TEXT = "tag:yaml.org,2002:str"
_PLAIN = frozenset(
    [_MERGE, _TEXT, *(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "timestamp", "seq", "map"))]
)  # fmt: skip
"""What a value may be without saying so; everything else stands behind a tag."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class _Bounded(yaml.SafeLoader):
    """Plain values only: no tags, no alias of what it stands in; so many values, so deep."""

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
                    problem="an alias inside of what it stands for", problem_mark=event.start_mark
                )
            self._nodes += self._sizes[id(node)]
        if self._nodes > MOST_NODES:
            raise yaml.MarkedYAMLError(
                problem=f"more than {MOST_NODES:,} values, aliases written out",
                problem_mark=event.start_mark,
            )
        if node is not None and node.tag not in _PLAIN:
            raise yaml.MarkedYAMLError(
                problem=f"the tag {shown(node.tag.removeprefix('tag:yaml.org,2002:'))} is not read; write the value without it",
                problem_mark=event.start_mark,
            )
        self._sizes.setdefault(id(node), self._nodes - before)
        self._depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (
            ValueError,
            OverflowError,
        ) as error:  # a 30 February; a number of five thousand digits
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[KeyPath, Place]]:
    """Read one YAML file: its values, and the place of every key and list element. Keys are text as they are written.

    Raises:
        SettingsError: the file is not there, is not YAML in UTF-8, is not a mapping, names a key twice, holds a tag, or is too
            large, be it only by its aliases.
    """
    told, places = shown(str(path), MOST_PATH), dict[KeyPath, Place]()
    values = _values(_text_of(path), told, places)
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise SettingsError([f"{told}:1: a configuration is a mapping of keys to values"])
    return values, places


def read_value(text: str, where: str) -> Any:
    """The value of one line of YAML, as `--set` takes it.

    Raises:
        SettingsError: it is none; `where` is said.
    """
    return _values(text, where, {}, has_lines=False)


def _text_of(path: Path) -> str:
    told = shown(str(path), MOST_PATH)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = error.strerror if isinstance(error, OSError) else "a path has no zero byte"
        raise SettingsError(
            [f"{told}: cannot be read ({reason}). Give another file with --conf."]
        ) from None
    if len(data) > MOST_BYTES:
        raise SettingsError([f"{told}: larger than {MOST_BYTES // 1024} KiB, so this is no configuration. Give another file with --conf."])  # fmt: skip
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError([f"{told}:{line}: not UTF-8. Save the file as UTF-8."]) from None


def _values(text: str, file: str, places: dict[KeyPath, Place], *, has_lines: bool = True) -> Any:
    """Values of a text; `places` is filled."""

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
    node: yaml.Node, at: KeyPath, file: str, places: dict[KeyPath, Place], told: Any
) -> None:
    """Note the place of every key; make keys text, so that a date, a number or `yes` is a key as it is written."""
    if isinstance(node, yaml.MappingNode):
        own: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise SettingsError([f"{told(line)}: a key is a word, not a list or a mapping"])
            if key.value in own:
                raise SettingsError(
                    [
                        f"{told(line)}: {shown(dotted((*at, key.value)))} is given twice (first on line {own[key.value]})"
                    ]
                )
            own[key.value] = line
            if key.tag == _MERGE:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    _collect(merged, at, file, places, told)
                continue
            key.tag = _TEXT
            places[(*at, key.value)] = Place(file, line)
            _collect(value, (*at, key.value), file, places, told)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            places[(*at, number)] = Place(file, value.start_mark.line + 1)
            _collect(value, (*at, number), file, places, told)


def _apart(value: Any) -> Any:
    """The value with a copy wherever an alias repeats it: `--set` on one must not change the other."""
    if isinstance(value, dict):
        return {key: _apart(inner) for key, inner in value.items()}
    return [_apart(inner) for inner in value] if isinstance(value, list) else value


def dotted(path: KeyPath) -> str:
    """Write a key path the way `--set` takes it."""
    return ".".join(str(part) for part in path)
