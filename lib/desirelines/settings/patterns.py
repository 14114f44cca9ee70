"""A small language for patterns of steps in a path.

    cart -> pay               pay is the next step after cart
    cart -> * -> pay          pay comes some time after cart; any steps, or none, between them
    [home|catalog] -> cart    one of several steps
    cart -> [^pay]            any step but these
    last cart -> * -> pay within 2h

The first occurrence counts; with `last` in front the last one, with `every` all of them. `within`
(s, m, h, d) limits the time from the first step to the last. A name with characters other than
letters, digits and `_ . / : % + ~ @ #` is written in double quotes, and so is one that begins with
`first`, `last` or `every`. In quotes, a backslash stands before `"` and before a backslash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from lark import Lark, Token, Tree, UnexpectedInput, UnexpectedToken

from desirelines.catalogue.kinds import RESERVED_STEPS
from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean

Occurrence = Literal["first", "last", "every"]
MOST_ITEMS = 50
MOST_MS = 3_155_760_000_000
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
GRAMMAR = resources.files("desirelines") / "settings" / "patterns.lark"
_BARE = r"[\w./:%+~@#]+(?:-(?!>)[\w./:%+~@#]+)*(?: (?!within\b)[\w./:%+~@#]+)*"
"""A name that needs no quotes, as in the grammar."""
_FIRST_WORD = re.compile(r"\s*(?:first|last|every)\s+(?!\s*->)")


@dataclass(frozen=True, slots=True)
class Item:
    """One step of a pattern: one of the names, or with `is_not` any other step.

    With `after_gap`, other steps may lie before it.
    """

    names: frozenset[str]
    is_not: bool = False
    after_gap: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern: text, items, which occurrence counts, and the milliseconds it may take."""

    text: str
    items: tuple[Item, ...]
    occurrence: Occurrence = "first"
    within_ms: int | None = None

    @property
    def names(self) -> frozenset[str]:
        """All names in the pattern."""
        return frozenset().union(*(item.names for item in self.items))


def read_pattern(text: str) -> Pattern:
    """Parse a pattern.

    Raises:
        SettingsError: the text is no pattern; the message says where.
    """
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unreadable(text, error) from None
    which, within = tree.children[0], tree.children[-1]
    links = [child for child in tree.children if isinstance(child, Tree)]
    items: list[Item] = []
    after_gap = False
    for link in links:
        if link.data == "gap":
            if not items or after_gap:
                raise _broken(text, link.meta.start_pos, "`*` stands between two steps")
            after_gap = True
            continue
        items.append(Item(_names(text, link), _is_not(link), after_gap))
        after_gap = False
    if after_gap:
        raise _broken(text, len(text), "a pattern ends with a step")
    return _checked(text, items, which, within)


@cache
def _parser() -> Lark:
    grammar = GRAMMAR.read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True)


def _names(text: str, link: Tree[Token]) -> frozenset[str]:
    """The names of one link of the chain."""
    options = link.find_data("option") if link.data == "several" else iter([link])
    names = []
    for option in options:
        if not option.children:
            raise _broken(text, link.meta.start_pos, "a name is empty")
        names.append(_unquoted(str(option.children[0])))
    return frozenset(names)


def _is_not(link: Tree[Token]) -> bool:
    return link.data == "several" and link.children[0] is not None


def _unreadable(text: str, error: UnexpectedInput) -> SettingsError:
    if isinstance(error, UnexpectedToken):
        wanted, is_end = error.accepts or error.expected, error.token.type == "$END"
        place = len(text) if is_end else error.pos_in_stream
    else:
        wanted, is_end = getattr(error, "allowed", set()), False
        place = error.pos_in_stream
    if "WITHIN" in wanted:
        why = "expected `->`, or `within 2h` at the end"
    else:
        why = "a pattern ends with a step" if is_end else "expected a step, `[a|b]`, `[^a]` or `*`"
    return _broken(text, place or 0, why)


def known_pattern(text: str) -> str:
    """Refuse a text that is no pattern, or names a reserved word instead of a step.

    Raises:
        ValueError: it is one of these; the message says where.
    """
    try:
        pattern = read_pattern(text)
    except SettingsError as error:
        raise ValueError(str(error)) from None
    reserved = sorted(pattern.names & {*RESERVED_STEPS})
    if reserved:
        raise ValueError(
            f"pattern `{shown(text)}`: {reserved[0]} is not a step; "
            f"an event with this name is the step ~{reserved[0]}"
        )
    return text


def known_single(text: str) -> str:
    """Refuse a text that is not one step of a pattern: a name, `[a|b]` or `[^a]`.

    Raises:
        ValueError: it is not one step.
    """
    pattern = read_pattern(known_pattern(text))
    if len(pattern.items) != 1 or pattern.within_ms is not None or _FIRST_WORD.match(text):
        raise ValueError(
            f"`{shown(text)}` is not one step. Write a name, [a|b] or [^a]; put a name that begins "
            "with first, last or every in double quotes"
        )
    return text


def check_names(patterns: list[Pattern], known: set[str]) -> None:
    """Make sure that every name in the patterns is a known step; a misspelt one would never match.

    Raises:
        SettingsError: a name is not a known step.
    """
    problems = [
        f"pattern `{pattern.text}`: there is no step '{name}'{did_you_mean(name, known)}"
        for pattern in patterns
        for name in sorted(pattern.names - known)
    ]
    if problems:
        raise SettingsError(problems)


def plain(names: list[str], *, gaps: bool) -> str:
    """The pattern of consecutive steps, or with `gaps` of steps with others between them."""
    return (" -> * -> " if gaps else " -> ").join(map(_quoted, names))


def _quoted(name: str) -> str:
    """The name as a pattern has it: in quotes where it could be read as something else."""
    if re.fullmatch(_BARE, name) and not _FIRST_WORD.match(f"{name} "):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(written: str) -> str:
    name = written.strip()
    return re.sub(r"\\(.)", r"\1", name[1:-1], flags=re.DOTALL) if name.startswith('"') else name


def _checked(text: str, items: list[Item], which: Any, within: Any) -> Pattern:
    occurrence: Occurrence = "first" if which is None else str(which).strip()  # type: ignore[assignment]
    if len(items) > MOST_ITEMS:
        raise _broken(text, len(text), f"a pattern has at most {MOST_ITEMS} steps")
    within_ms = None
    if within is not None:
        count = within.removeprefix("within").strip()
        within_ms = int(float(count[:-1]) * _UNITS[count[-1]])
        if within_ms > MOST_MS:
            raise _broken(text, within.start_pos, "`within` takes at most a hundred years")
    return Pattern(text.strip(), tuple(items), occurrence, within_ms)


def _broken(text: str, place: int, why: str) -> SettingsError:
    return SettingsError([f"pattern `{shown(text)}`, at character {place + 1}: {why}"])
