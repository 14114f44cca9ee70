"""The content of the page as plain values: numbers are text, pictures are drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: head, rows of text, and how many leading columns are words, not numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG and the same numbers as a table."""

    svg: str
    table: Grid


@dataclass(frozen=True, slots=True)
class Fact:
    """One feature that distinguishes a group from the people of all other groups."""

    headline: str
    words: str
    label: str
    here: str
    others: str
    note: str


@dataclass(frozen=True, slots=True)
class Path:
    """One frequent path: chips, and how often it is taken."""

    chips: tuple[str, ...]
    share: str
    visits: str


@dataclass(frozen=True, slots=True)
class Card:
    """One segment, or everybody."""

    anchor: str
    name: str
    people: str
    share: str
    entered: str
    left: str
    origin: str
    definition: str
    facts: tuple[Fact, ...]
    has_profile: bool
    paths: tuple[Path, ...]
    transitions: Picture | None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows of one source; a sign is ✓, ✗, or empty if not checked."""

    source: str
    rows: tuple[tuple[str, str, str], ...]
    run_total: str
    total: str
    run_read: str
    read: str
    run_sign: str
    sign: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A feature in words."""

    label: str
    meaning: str
    unit: str
    null_means: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    as_of: str
    data_through: str
    published_on: str
    run_id: str
    config_hash: str
    previous_run_id: str
    small_group: int
    summary: str
    one_group: str
    verdict: str
    is_anybody_apart: bool
    absent_rules: tuple[str, ...]
    sizes: Picture
    everybody: Card
    clusters: tuple[Card, ...]
    rules: tuple[Card, ...]
    flow: Picture | None
    places: Picture | None
    places_left_out: str
    graph: Picture | None
    funnels: tuple[tuple[str, Picture], ...]
    weeks: tuple[tuple[str, Picture], ...]
    differences: Picture | None
    tells_nothing: str
    moves: Picture | None
    why_moved: str
    search: Picture | None
    trials: Grid | None
    accounts: tuple[Account, ...]
    fates: tuple[tuple[str, str], ...]
    definitions: tuple[Definition, ...]
