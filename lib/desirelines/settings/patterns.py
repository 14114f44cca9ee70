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
from typing import Literal

from desirelines.catalogue.kinds import RESERVED_STEPS
from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean

Occurrence = Literal["first", "last", "every"]
MOST_ITEMS = 50
MOST_MS = 3_155_760_000_000
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_QUOTED = r'"(?:[^"\\]|\\.)+"'
_BARE = r"[\w./:%+~@#]+(?:-(?!>)[\w./:%+~@#]+)*(?: (?!within\b)[\w./:%+~@#]+)*"
_MANY = rf'(?:{_QUOTED}|[^\]"])+'
_ITEM = re.compile(
    rf"\s*(?:(?P<gap>\*)|\[(?P<not>\^?)(?P<many>{_MANY})\]|(?P<one>{_QUOTED}|{_BARE}))\s*",
    re.DOTALL,
)
_WITHIN = re.compile(r"\s*within\s+(?P<n>\d{1,9}(?:\.\d{1,9})?)\s*(?P<unit>[smhd])\s*\Z")
_FIRST_WORD = re.compile(r"\s*(?P<which>first|last|every)\s+(?!->)")


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
    which = _FIRST_WORD.match(text)
    place = which.end() if which else 0
    items: list[Item] = []
    after_gap, wants_item = False, True
    while place < len(text):
        if not wants_item:
            within = _WITHIN.match(text, place)
            if within:
                return _checked(
                    text, items, which, int(float(within["n"]) * _UNITS[within["unit"]])
                )
            if not text.startswith("->", place):
                raise _broken(text, place, "expected `->`, or `within 2h` at the end")
            place, wants_item = place + 2, True
            continue
        item = _ITEM.match(text, place)
        if not item or item.end() == place:
            raise _broken(text, place, "expected a step, `[a|b]`, `[^a]` or `*`")
        if item["gap"]:
            if not items or after_gap:
                raise _broken(text, place, "`*` stands between two steps")
            after_gap = True
        else:
            many = _without_bars(item["many"]) if item["many"] else [item["one"]]
            names = frozenset(map(_unquoted, many))
            if "" in names:
                raise _broken(text, place, "a name is empty")
            items.append(Item(names, bool(item["not"]), after_gap))
            after_gap = False
        place, wants_item = item.end(), False
    if wants_item or after_gap:
        raise _broken(text, len(text), "a pattern ends with a step")
    return _checked(text, items, which, None)


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


def _without_bars(many: str) -> list[str]:
    """The names of `[a|b]`; a bar in quotes is part of a name."""
    names = [""]
    for part in re.findall(rf'{_QUOTED}|[^|"]+|\|', many):
        if part == "|":
            names.append("")
        else:
            names[-1] += part
    return names


def _unquoted(written: str) -> str:
    name = written.strip()
    return re.sub(r"\\(.)", r"\1", name[1:-1], flags=re.DOTALL) if name.startswith('"') else name


def _checked(
    text: str, items: list[Item], which: re.Match[str] | None, within_ms: int | None
) -> Pattern:
    occurrence: Occurrence = "first"
    if which and which["which"] == "last":
        occurrence = "last"
    elif which and which["which"] == "every":
        occurrence = "every"
    if len(items) > MOST_ITEMS:
        raise _broken(text, len(text), f"a pattern has at most {MOST_ITEMS} steps")
    if within_ms is not None and within_ms > MOST_MS:
        raise _broken(text, text.rindex("within"), "`within` takes at most a hundred years")
    return Pattern(text.strip(), tuple(items), occurrence, within_ms)


def _broken(text: str, place: int, why: str) -> SettingsError:
    return SettingsError([f"pattern `{shown(text)}`, at character {place + 1}: {why}"])
