"""Read files and `--set` into one frozen Settings, or one error that lists every mistake."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean
from desirelines.settings.assignments import assign
from desirelines.settings.features import CustomFeature, Features
from desirelines.settings.model import Settings
from desirelines.settings.segment_rules import Mistake, entries_of
from desirelines.settings.segments import OF_RULES
from desirelines.settings.source import Source
from desirelines.settings.yaml_lines import KeyPath, Place, dotted, read_yaml

_VARIABLE = re.compile(
    r"\$\$\{|\$\{(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\})?"
)
"""A variable; `$${`, which stands for the text `${`; or a `${` that begins no variable."""
MOST_MISTAKES = 20


def read_settings(files: Sequence[Path] = (), sets: Sequence[str] = ()) -> Settings:
    """Return the settings: defaults, then each file in order, then each `--set a.b=c`.

    Later values override earlier ones, key by key. An entry of `sources` is a mapping, or the path
    of a mapping file relative to the file that names it. Other relative paths are relative to the
    current directory, as on a command line. `${NAME}` and `${NAME:-default}` are environment
    variables; `$${` stands for the text `${`.

    Raises:
        SettingsError: lists every mistake with its file, line and key.
    """
    merged: dict[str, Any] = {}
    places: dict[KeyPath, Place] = {}
    for file in files:
        values, lines = read_yaml(file)
        values, lines = _with_mappings(values, lines, file.parent)
        values, lines = _with_rules(values, lines, file.parent)
        _merge(merged, values)
        places.update(lines)
    for assignment in sets:
        assign(merged, places, assignment)
    mistakes: list[str] = []
    merged = _with_variables(merged, (), places, mistakes)
    if mistakes:
        raise SettingsError(_first(mistakes))
    merged, _ = _with_rules(merged, {}, Path())
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError(_first(_sentences(error, places))) from None


def with_rule_file(settings: Settings, file: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings with the rules of a file beside theirs, or in place of those of the same id.

    Gives the ids of the file's rules, too.

    Raises:
        SettingsError: lists every mistake with its file, line and key.
    """
    entries = entries_of(str(file), Path())
    ids = tuple(str(entry.get("segment")) for entry, _ in entries)
    others = [e.model_dump() for e in settings.segments.rules if e.segment not in ids]
    places = {
        ("segments", "rules", len(others) + number, *at): place
        for number, (_, lines) in enumerate(entries)
        for at, place in lines.items()
    }
    rules = [*others, *(entry for entry, _ in entries)]
    parts = {name: getattr(settings, name) for name in Settings.model_fields}
    segments = settings.segments.model_dump() | {"rules": rules}
    try:
        return Settings.model_validate(parts | {"segments": segments}), ids
    except ValidationError as error:
        raise SettingsError(_first(_sentences(error, places))) from None


def read_feature(definition: Mapping[str, Any]) -> CustomFeature:
    """A feature as an entry of `features.own`.

    Raises:
        SettingsError: lists every mistake with its key.
    """
    try:
        return Features.model_validate({"own": [definition]}).own[0]
    except ValidationError as error:
        raise SettingsError(_first(_sentences(error, {}))) from None


def _with_mappings(
    values: dict[str, Any], lines: dict[KeyPath, Place], folder: Path
) -> tuple[dict[str, Any], dict[KeyPath, Place]]:
    sources = values.get("sources")
    if not isinstance(sources, list):
        return values, lines
    mappings: list[Any] = []
    for number, entry in enumerate(sources):
        if isinstance(entry, str):
            mapping, mapping_lines = read_yaml(
                folder / entry if not Path(entry).is_absolute() else Path(entry)
            )
            mappings.append(mapping)
            lines |= {("sources", number, *path): place for path, place in mapping_lines.items()}
        else:
            mappings.append(entry)
    return values | {"sources": mappings}, lines


def _with_rules(
    values: dict[str, Any], lines: dict[KeyPath, Place], folder: Path
) -> tuple[dict[str, Any], dict[KeyPath, Place]]:
    """Entries of rule files in place of their names; a name can be given by `--set`, too."""
    segments = values.get("segments")
    rules = segments.get("rules") if isinstance(segments, dict) else None
    if not isinstance(segments, dict) or not isinstance(rules, list):
        return values, lines
    at = ("segments", "rules")
    written_lines = lines
    lines = {path: place for path, place in lines.items() if path[:2] != at or len(path) == 2}
    entries: list[Any] = []
    for number, written in enumerate(rules):
        if isinstance(written, str):
            given = entries_of(written, folder)
        else:
            mine = {p[3:]: place for p, place in written_lines.items() if p[:3] == (*at, number)}
            given = [(written, mine)]
        for entry, entry_lines in given:
            lines |= {(*at, len(entries), *path): place for path, place in entry_lines.items()}
            entries.append(entry)
    return values | {"segments": segments | {"rules": entries}}, lines


def _merge(into: dict[str, Any], new: dict[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict) and key != "kinds":
            _merge(into[key], value)
        else:
            into[key] = value


def _with_variables(
    value: Any, at: KeyPath, places: dict[KeyPath, Place], mistakes: list[str]
) -> Any:
    if isinstance(value, dict):
        return {k: _with_variables(v, (*at, k), places, mistakes) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_variables(v, (*at, n), places, mistakes) for n, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def replaced(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        if match[0] == "$${":
            return "${"
        if name is None:
            mistakes.append(
                f"{_where(at, places)} {shown(dotted(at))}: `${{` begins a variable. Write "
                "${NAME} or ${NAME:-default}; for the text itself, $${"
            )
            return ""
        if name not in os.environ and default is None:
            mistakes.append(
                f"{_where(at, places)} {shown(dotted(at))}: the environment variable {name} is not "
                f"set. Set it, or write ${{{name}:-default}}."
            )
        return os.environ.get(name, default or "")

    return _VARIABLE.sub(replaced, value)


def _where(at: KeyPath, places: dict[KeyPath, Place]) -> str:
    for length in range(len(at), 0, -1):
        place = places.get(tuple(at[:length]))
        if place is not None:
            return place.file if place.file.startswith("--set") else f"{place}"
    return "configuration"


def _sentences(error: ValidationError, places: dict[KeyPath, Place]) -> Iterable[str]:
    for mistake in error.errors():
        at: KeyPath = tuple(mistake["loc"])
        if mistake["type"] == OF_RULES:
            for of_rule in mistake["ctx"]["mistakes"]:
                yield _of_rule(of_rule, places)
            continue
        text = mistake["msg"].removeprefix("Value error, ")
        if mistake["type"] == "extra_forbidden":
            text = f"no such setting{did_you_mean(str(at[-1])[:80], _fields_at(at[:-1]))}"
        elif mistake["type"] == "missing":
            text = "is missing"
        elif mistake.get("input", "") is None and text.startswith("Input should be "):
            text = f"is empty; it {text.removeprefix('Input ')}"
        elif (
            not isinstance(mistake.get("input"), dict | list | tuple | BaseModel)
            and mistake["type"] != "value_error"
        ):
            text = f"{text[0].lower()}{text[1:]}, not {shown(repr(mistake['input']))}"
        for pattern, words in _WORDS.items():
            text = re.sub(pattern, words, text)
        yield f"{_where(at, places)} {shown(dotted(at)) or 'configuration'}: {text}"


def _of_rule(mistake: Mistake, places: dict[KeyPath, Place]) -> str:
    at: KeyPath = ("segments", "rules", *mistake.at)
    place = places.get(at)
    where = _where(at, places)
    if mistake.column and place is not None and place.column:
        where = f"{where}:{place.column + mistake.column - 1}"
    return f"{where} {shown(dotted(at))}: {mistake.text}"


_WORDS = {"a valid tuple": "a list", r"a valid dictionary( or instance of \w+)?": "a mapping"}
"""Words of pydantic, and their replacements."""


def _first(mistakes: Iterable[str]) -> list[str]:
    """The first mistakes, and how many more there are."""
    messages = list(mistakes)
    more = [f"and {len(messages) - MOST_MISTAKES:,} more"] if len(messages) > MOST_MISTAKES else []
    return [*messages[:MOST_MISTAKES], *more]


def _fields_at(at: KeyPath) -> list[str]:
    """Names that a mapping at this path may have."""
    model: Any = Settings
    for part in at:
        if isinstance(part, int):
            model = Source
            continue
        field = (
            next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
            if hasattr(model, "model_fields")
            else None
        )
        if field is None:
            return []
        models = [
            a
            for a in (field.annotation, *get_args(field.annotation))
            if isinstance(a, type) and issubclass(a, BaseModel)
        ]
        model = models[0] if models else None
    return (
        [f.alias or n for n, f in model.model_fields.items()]
        if hasattr(model, "model_fields")
        else []
    )
