"""Rule segments: entries of the settings, and what their conditions mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from desirelines.catalogue import FEATURES, LABELS
from desirelines.catalogue.kinds import KINDS, TOO_LITTLE_DATA
from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean
from desirelines.settings.rule_conditions import (
    AgreesTo,
    AllOf,
    AnyOf,
    Condition,
    InSegment,
    Leaf,
    Not,
    each_test,
    in_words,
    nodes_of,
)
from desirelines.settings.rule_language import read_condition
from desirelines.settings.rule_meaning import ConditionError, Vocabulary
from desirelines.settings.strict import Strict
from desirelines.settings.yaml_lines import KeyPath, Place, read_entries

SHIPPED = resources.files("desirelines") / "templates" / "segments"
"""Rule files that come with the package, named by their segment; also where it is an archive."""
OF_SETTINGS = ("new_buyer_days", "lapsed_months", "cart_abandoner_hours", "cart_abandoner_days")
"""Numbers of `segments` that a rule may use in braces, beside `least_active_days`."""
TIMES = frozenset(
    {"first_order_at", "last_order_at", "last_look_at", "last_cart_at", "open_cart_at"}
)
"""Columns of `features` that hold a time."""
WHOLE_LIFE = frozenset({"lifetime_orders", "active_weeks"})
"""Columns of `features` with a number over all time, beside the catalogue's."""
WORDS = ("all", "any", "not")
MOST_DEPTH = 8
MOST_NODES = 60
"""Nodes of one rule: each is a bit of a whole number."""


class RuleEntry(Strict):
    """One rule segment as a file says it; `when` is a condition, or `all`, `any` or `not`."""

    segment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(max_length=400)] = ""
    needs: str = ""
    purpose: str = ""
    when: Any


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule segment whose condition is read.

    Attributes:
        segment_id: permanent id.
        name: name shown to people.
        definition: the rule in words, with its numbers.
        condition: what holds for its members.
        needs: where this feature is 0 or unknown for everybody, the rule cannot apply to anyone;
            empty for a rule that always can.
        purpose: what its members agree to, which is the last part of its condition; empty for the
            purpose that all tables are made for.
        is_primary: whether it is the main segment of its members, who are then in no cluster.
    """

    segment_id: str
    name: str
    definition: str
    condition: Condition
    needs: str = ""
    purpose: str = ""
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in a rule: where it is in its entry, at which character of a text, and what.

    `column` is 0 where no text is wrong.
    """

    at: KeyPath
    column: int
    text: str


def shipped_entries(*names: str) -> tuple[dict[str, Any], ...]:
    """Entries of the files that come with the package, by segment."""
    return tuple(entry for name in names for entry, _ in read_entries(SHIPPED / f"{name}.yaml"))


def shipped_names() -> list[str]:
    """The segments of the files that come with the package."""
    names = (file.name for file in SHIPPED.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def entries_of(written: str, folder: Path) -> list[tuple[dict[str, Any], dict[KeyPath, Place]]]:
    """Entries that a text in `segments.rules` stands for, with the places of their keys.

    It is the name of a shipped file, or the path of a file or of a folder with `.yaml` files,
    relative to the file that names it.

    Raises:
        SettingsError: there is no such file, or it cannot be read.
    """
    shipped = shipped_names()
    if written in shipped:
        return read_entries(SHIPPED / f"{written}.yaml")
    path = folder / written
    if path.is_dir():
        return [entry for file in sorted(path.glob("*.yaml")) for entry in read_entries(file)]
    if re.fullmatch(r"\w+", written) and not path.exists():
        raise SettingsError(
            [
                f"segments.rules: no rule comes with the package by the name '{shown(written)}'"
                f"{did_you_mean(written, shipped)}, and there is no such file"
            ]
        )
    return read_entries(path)


def vocabulary_of(
    entries: tuple[RuleEntry, ...],
    own_features: tuple[str, ...],
    numbers: Mapping[str, int],
    funnels: Mapping[str, int],
    purposes: Collection[str] = (),
) -> Vocabulary:
    """The names that the rules may use; `funnels` with the number of their steps."""
    labels = {label.name: frozenset(label.values) for label in LABELS}
    return Vocabulary(
        numbers=frozenset(f.name for f in FEATURES) | WHOLE_LIFE | frozenset(own_features),
        times=TIMES,
        labels=labels,
        kinds=frozenset(KINDS),
        settings=numbers,
        segments=frozenset(entry.segment for entry in entries),
        funnels=funnels,
        purposes=frozenset(purposes),
    )


def read_rules(
    entries: tuple[RuleEntry, ...], vocabulary: Vocabulary
) -> tuple[tuple[Rule, ...], list[Mistake]]:
    """The rules in an order in which each comes after those that it refers to, and all mistakes.

    A mistake's place begins with the entry's number.
    """
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    for number, entry in enumerate(entries):
        if entry.segment in {e.segment for e in entries[:number]}:
            mistakes.append(Mistake((number, "segment"), 0, f"{entry.segment} is given twice"))
        if entry.segment == TOO_LITTLE_DATA and len(entries) > 1:
            text = f"{TOO_LITTLE_DATA} is there without being listed"
            mistakes.append(Mistake((number, "segment"), 0, text))
        if entry.needs and entry.needs not in vocabulary.numbers:
            near = did_you_mean(entry.needs, vocabulary.numbers)
            mistakes.append(
                Mistake((number, "needs"), 0, f"there is no feature '{shown(entry.needs)}'{near}")
            )
        if entry.purpose and entry.purpose not in vocabulary.purposes:
            near = did_you_mean(entry.purpose, vocabulary.purposes)
            text = f"no source maps consent to '{shown(entry.purpose)}' (`consents`){near}"
            mistakes.append(Mistake((number, "purpose"), 0, text))
        found: list[Mistake] = []
        condition = _condition(entry.when, (number, "when"), vocabulary, found)
        if condition is not None and entry.purpose:
            condition = _of_people_who_agree(condition, entry.purpose)
        mistakes += found
        if condition is not None and len(tuple(nodes_of(condition))) > MOST_NODES:
            text = f"a rule has at most {MOST_NODES} conditions, all, any and not"
            found.append(Mistake((number, "when"), 0, text))
            mistakes += found
        if condition is not None and not found:
            rules.append(
                Rule(
                    entry.segment,
                    entry.name,
                    _definition(entry, condition, vocabulary),
                    condition,
                    entry.needs,
                    entry.purpose,
                )
            )
    ordered, circle = _in_order(rules)
    for rule in circle:
        at = next(n for n, e in enumerate(entries) if e.segment == rule.segment_id)
        names = " and ".join(sorted(r.segment_id for r in circle))
        mistakes.append(Mistake((at, "when"), 0, f"{names} refer to each other in a circle"))
    return ordered, mistakes


def _condition(
    written: Any, at: KeyPath, vocabulary: Vocabulary, mistakes: list[Mistake], depth: int = 0
) -> Condition | None:
    if isinstance(written, str):
        try:
            return read_condition(written, vocabulary)
        except ConditionError as error:
            mistakes.append(Mistake(at, error.column, str(error)))
            return None
    if depth == MOST_DEPTH:
        mistakes.append(Mistake(at, 0, f"conditions are nested at most {MOST_DEPTH} deep"))
        return None
    if not (isinstance(written, Mapping) and len(written) == 1 and set(written) <= set(WORDS)):
        near = ""
        if isinstance(written, Mapping) and written:
            near = did_you_mean(str(next(iter(set(written) - set(WORDS)), "")), WORDS)
        text = f"a condition is a text, or one of all, any, not with conditions below it{near}"
        mistakes.append(Mistake(at, 0, text))
        return None
    ((word, inner),) = written.items()
    below = (*at, word)
    if word == "not":
        part = _condition(inner, below, vocabulary, mistakes, depth + 1)
        return None if part is None else Not(part)
    if not isinstance(inner, list) or not inner:
        mistakes.append(Mistake(below, 0, f"`{word}` holds a list of conditions"))
        return None
    parts = tuple(
        part
        for number, text in enumerate(inner)
        if (part := _condition(text, (*below, number), vocabulary, mistakes, depth + 1))
    )
    return AllOf(parts) if word == "all" else AnyOf(parts)


def _of_people_who_agree(condition: Condition, purpose: str) -> Condition:
    """The condition and consent, which is the last part: how many it leaves out can be seen."""
    text = f"agrees to {purpose}" if re.fullmatch(r"[^\W\d]\w*", purpose) else _quoted(purpose)
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    return AllOf((*parts, Leaf(text, AgreesTo(purpose))))


def _quoted(purpose: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", purpose)
    return f'agrees to "{escaped}"'


def _definition(entry: RuleEntry, condition: Condition, vocabulary: Vocabulary) -> str:
    if not entry.description:
        return in_words(condition)
    text = _filled(entry.description, vocabulary)
    return f"{text}; agrees to {entry.purpose}" if entry.purpose else text


def _filled(text: str, vocabulary: Vocabulary) -> str:
    """The text with the numbers of settings in place of their names."""
    for name, value in vocabulary.settings.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _needed(rule: Rule) -> Iterator[str]:
    return (t.segment_id for t in each_test(rule.condition) if isinstance(t, InSegment))


def _in_order(rules: list[Rule]) -> tuple[tuple[Rule, ...], list[Rule]]:
    """Each rule after those it refers to, else as given; and rules that refer in a circle."""
    ordered: list[Rule] = []
    rest = list(rules)
    known = {rule.segment_id for rule in rules}
    while rest:
        done = {rule.segment_id for rule in ordered}
        ready = [r for r in rest if set(_needed(r)) & known <= done]
        if not ready:
            return tuple(ordered), rest
        ordered += ready
        rest = [r for r in rest if r not in ready]
    return tuple(ordered), []
