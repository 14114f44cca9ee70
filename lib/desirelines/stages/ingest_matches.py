"""Say at the end of ingest which parts of a source's mapping matched none of the rows read."""

from __future__ import annotations

from dataclasses import dataclass, field

from desirelines.events.mapping_matches import nothing_matches
from desirelines.run.context import Run
from desirelines.stages.ingest_part import Part

ENOUGH_ROWS = 1_000
"""In a later delivery of fewer rows a path may well have no value."""


@dataclass(slots=True)
class _Matched:
    """The first part of a source in this command, rows of all parts, and what matched in any."""

    first: Part
    rows: int = 0
    parts: dict[str, bool] = field(default_factory=dict)


def remember_matches(run: Run, part: Part, matches: dict[str, bool]) -> None:
    """Add a batch to what is known of its source's mapping in this command."""
    if part.batch.is_requeue:
        return
    by_source: dict[str, _Matched] = run.memo.setdefault("matches", {})
    matched = by_source.setdefault(part.source_name, _Matched(part))
    matched.rows += part.rows.count()
    matched.parts = {p: matched.parts.get(p, False) or is_there for p, is_there in matches.items()}


def say_what_never_matched(run: Run) -> None:
    """Say it of first deliveries; of later ones only of paths, and if they have enough rows."""
    by_source: dict[str, _Matched] = run.memo.pop("matches", {})
    for name, matched in sorted(by_source.items()):
        is_first = matched.first.batch.is_first
        if not matched.rows or not (is_first or matched.rows >= ENOUGH_ROWS):
            continue
        parts = {p: m for p, m in matched.parts.items() if is_first or not p.startswith("kinds.")}
        never = nothing_matches(matched.first.terms.source, parts)
        if never:
            run.progress.say(f"{name}: of the mapping {never}. Is it a mistake in the mapping?")
