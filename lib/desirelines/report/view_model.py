"""The content of the page as plain values: numbers are text, pictures are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: head, rows of text, and how many leading columns are words, not numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the same numbers as a table.

    Attributes:
        title: what it shows, in a few words.
        svg: the drawing, escaped.
        table: its numbers.
        caption: how to read it.
        is_wide: whether it is wider than a phone.
        has_table: whether the table is shown with it.
    """

    title: str
    svg: str
    table: Grid
    caption: str = ""
    is_wide: bool = False
    has_table: bool = True


@dataclass(frozen=True, slots=True)
class Fact:
    """One feature that distinguishes a group from the people of all other groups."""

    feature: str
    headline: str
    words: str
    label: str
    here: str
    others: str
    note: str
    use: str


@dataclass(frozen=True, slots=True)
class Path:
    """One frequent path: chips, and how often it is taken."""

    chips: tuple[str, ...]
    share: str
    visits: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What visits look like, of a segment or of everybody; empty where it is withheld."""

    visits: str
    paths: tuple[Path, ...]
    flow: Picture | None
    graph: Picture | None
    funnels: tuple[Picture, ...]
    weeks: tuple[Picture, ...]
    rhythm: Picture | None
    rhythm_words: str


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """One segment."""

    anchor: str
    number: int
    name: str
    is_rule: bool
    people: str
    share: str
    entered: str
    left: str
    origin: str
    definition: str
    scores: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    uses: tuple[str, ...]
    has_profile: bool
    trend: Picture | None
    traits: Picture | None
    profile: Grid | None
    ways: Ways
    came: Grid | None
    went: Grid | None
    attrition: Grid | None
    overlap: Grid | None


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
class Check:
    """One check before publication: its name, what was found, its limit, and ✓, ✗ or –."""

    name: str
    found: str
    limit: str
    sign: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure in words."""

    label: str
    meaning: str
    unit: str
    null_means: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page says first."""

    summary: str
    one_group: str
    tiles: tuple[tuple[str, str], ...]
    health: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    lie: Picture | None
    sizes: Picture


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    as_of: str
    data_through: str
    published_on: str
    fresh_until: str
    run_id: str
    config_hash: str
    code_version: str
    previous_run_id: str
    small_group: int
    overview: Overview
    is_anybody_apart: bool
    absent_rules: tuple[str, ...]
    groups: tuple[SegmentPage, ...]
    rules: tuple[SegmentPage, ...]
    everybody: Ways
    contacts: Picture | None
    outbound_words: str
    flow_words: str
    differences: Picture | None
    all_differences: Grid | None
    tells_nothing: str
    comparison: Grid
    coverage: Grid | None
    moves: Picture | None
    why_moved: str
    verdict: str
    kept: str
    search: Picture | None
    trials: Grid | None
    checks: tuple[Check, ...]
    accounts: tuple[Account, ...]
    fates: tuple[tuple[str, str], ...]
    definitions: tuple[Definition, ...]
    figures: tuple[tuple[str, str], ...] = field(default=())
