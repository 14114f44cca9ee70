"""Which parts of a mapping match no row: paths without a value, event names that never come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.events.identifier_columns import key_column
from desirelines.events.parse import consent_column
from desirelines.events.raw_fields import ALIAS_KEY
from desirelines.settings import Source, TimeColumn, ValueColumn

NAMES_OF_A_NUMBER = 62
"""Event names whose presence one number of 64 bits tells."""
_ALWAYS = ("columns.occurred_at", "columns.event_name")
"""Values without which a row goes to quarantine, with that reason."""
FILLED = ("columns.currency", "columns.sent_at")
"""Values that mapped rows do not show: one has a default, the other only corrects times."""
MOST_TOLD = 20


def paths_with_values(source: Source) -> dict[str, Column]:
    """For each path of a mapping, whether some mapped row has a value there: an aggregate."""
    has_value = {
        place: _has_value(place)
        for place, value in source.values.items()
        if place not in (*_ALWAYS, *FILLED)
        and (isinstance(value, TimeColumn) or value.value is None)
    }
    has_value |= {f"ids.{t}": F.col(key_column(t)).isNotNull() for t in source.ids}
    if source.alias is not None:
        has_value["alias"] = F.col(ALIAS_KEY).isNotNull()
    # A property is in the JSON object only if it has a value.
    has_value |= {
        f"properties.{p}": F.coalesce(F.contains("properties", F.lit(f'"{p}":')), F.lit(False))
        for p in source.properties
    }
    return {
        part: F.coalesce(F.bool_or(is_there), F.lit(False)) for part, is_there in has_value.items()
    }


def _has_value(place: str) -> Column:
    section, _, name = place.partition(".")
    if section == "consents":
        return F.col(consent_column(name)).isNotNull()
    if name == "event_id":
        # Where the row has none, its id is made of its content.
        return ~F.col("event_id").startswith(F.col("content_digest"))
    return F.col({"consent": "is_consent_granted"}.get(name, name)).isNotNull()


def names_that_come(source: Source) -> Column:
    """Which event names of `kinds` the rows have, as bits of an array of numbers: an aggregate."""
    return F.array(
        *(
            F.coalesce(F.bit_or(F.element_at(_bits(names), F.col("event_name"))), F.lit(0))
            for names in _chunks(source)
        )
    ).cast("array<bigint>")


def _bits(names: Sequence[str]) -> Column:
    return F.create_map(
        *(F.lit(part) for n, name in enumerate(names) for part in (name, 1 << n))
    ).cast("map<string, bigint>")


def _chunks(source: Source) -> list[list[str]]:
    names = list(source.kinds)
    step = NAMES_OF_A_NUMBER
    return [names[n : n + step] for n in range(0, len(names), step)]


def parts_that_match(
    source: Source, rows: Iterable[tuple[Sequence[bool], Sequence[int]]]
) -> dict[str, bool]:
    """For each part of the mapping, whether it matched in any group of rows.

    A group has the values of `paths_with_values` in its order, and those of `names_that_come`.
    """
    matches = dict.fromkeys(
        (*paths_with_values(source), *(f"kinds.{name}" for name in source.kinds)), False
    )
    paths = list(paths_with_values(source))
    for has_value, bits in rows:
        for part, is_there in zip(paths, has_value, strict=True):
            matches[part] |= is_there
        for names, number in zip(_chunks(source), bits, strict=True):
            for n, name in enumerate(names):
                matches[f"kinds.{name}"] |= bool(number >> n & 1)
    return matches


def nothing_matches(source: Source, matches: Mapping[str, bool]) -> str:
    """Text on the parts of the mapping that never matched, each with what it names; or ""."""
    never = [part for part, is_there in matches.items() if not is_there]
    paths = [_told(source, part) for part in never if not part.startswith("kinds.")]
    names = [part.removeprefix("kinds.") for part in never if part.startswith("kinds.")]
    texts = []
    if paths:
        texts.append(f"without a value in every row: {', '.join(_first(paths))}")
    if names:
        texts.append(f"names in `kinds` that no row has: {', '.join(_first(names))}")
    return "; ".join(texts)


def _told(source: Source, part: str) -> str:
    section, _, name = part.partition(".")
    if section == "ids":
        return f"{part} ({', '.join(source.ids[name].names)})"
    if section == "alias" and source.alias is not None:
        return f"{part} ({', '.join(source.alias.names)})"
    if part in source.values:
        value = source.values[part]
        is_product = isinstance(value, ValueColumn) and value.product is not None
        where = (" × " if is_product else ", ").join(value.names)
        return f"{part} ({where or 'sql'})"
    return part


def _first(parts: list[str]) -> list[str]:
    more = len(parts) - MOST_TOLD
    return [*parts[:MOST_TOLD], *([f"and {more:,} more"] if more > 0 else [])]
