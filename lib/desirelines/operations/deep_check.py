"""`check --deep`: faults that only show in the rows of the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pyspark.sql import Row
from pyspark.sql import functions as F

from desirelines.columns.keys import key_of
from desirelines.errors import GateError
from desirelines.events.repeated_ids import to_repeated_ids, to_repeats
from desirelines.identities.placeholder_values import placeholder_values
from desirelines.io.secrets import read_secret
from desirelines.io.tables.rows import listed
from desirelines.io.tables.store import Warehouse
from desirelines.settings import Settings
from desirelines.tables import ALL, EVENTS, IDENTITY_MAP, Table

MOST_WORDS = 5


class Note(str):
    """Message of a look when nothing is broken, but somebody should look."""


def deep_looks(
    warehouse: Warehouse, settings: Settings, tell: Callable[[str], None]
) -> Iterator[tuple[str, Callable[[], str]]]:
    """The looks, each with the name of what it checks.

    A look raises GateError when something is broken. They check the keys of every table; for
    `events` the event ids of each source instead, because an id may be there twice where no batch
    could see it.
    """
    there = [t for t in ALL if warehouse.is_readable(t)]
    for table in there:
        if table is not EVENTS:
            tell(f"keys of {table.name}")
            yield f"keys of {table.name}", partial(_unique, warehouse, table)
    if IDENTITY_MAP in there:
        tell("words for nobody")
        yield "words for nobody", partial(_joined_by_words, warehouse, settings)
    if EVENTS in there:
        tell("event ids")
        days = settings.ingest.late_days
        repeats_by_source = to_repeats(to_repeated_ids(warehouse.read(EVENTS), days)).collect()
        repeats = {row["source"]: row for row in repeats_by_source}
        for name in sorted({*repeats, *(s.name for s in settings.sources)}):
            yield f"event ids of {name}", partial(_repeated, repeats.get(name), days)


def _unique(warehouse: Warehouse, table: Table) -> str:
    keys = warehouse.read(table).groupBy(*table.key).count()
    row = keys.agg(
        F.coalesce(F.sum("count"), F.lit(0)).alias("rows"),
        F.count_if(F.col("count") > 1).alias("twice"),
    ).collect()[0]
    if row["twice"]:
        raise GateError(
            f"{row['twice']:,} keys ({', '.join(table.key)}) are there more than once. Desirelines "
            "writes each once: look for another writer in the table's history (DESCRIBE HISTORY), "
            "and restore the version before it, or delete its rows."
        )
    return f"each of {row['rows']:,} rows has its own key"


def _joined_by_words(warehouse: Warehouse, settings: Settings) -> str:
    """People who hold an identifier that is refused today, because it identifies nobody."""
    identity, secret = (
        settings.identity,
        read_secret(settings.secrets.data_file, "secrets.data_file"),
    )
    types = sorted({t for s in settings.sources for t in s.ids})
    texts = {
        key_of(secret, t, text, caseless=t in identity.caseless_types): f"{t} {text}"
        for text in placeholder_values(identity.junk_values)
        for t in types
    }
    words = F.broadcast(listed(warehouse.spark, texts, "key"))
    current = warehouse.read(IDENTITY_MAP).filter("to_run IS NULL")
    by_words = current.join(words, "key", "left_semi").select("key", "person_id")
    found = sorted(texts[row["key"]] for row in by_words.select("key").collect())
    if not found:
        return "no person holds an identifier that is a word for nobody (identity.junk_values)"
    held = current.join(by_words.select("person_id").distinct(), "person_id")
    keys, people = held.agg(F.count("*"), F.count_distinct("person_id")).collect()[0]
    more = len(found) - MOST_WORDS
    return Note(
        f"{people:,} people hold {len(found):,} identifiers that are words for nobody "
        f"(identity.junk_values): {', '.join(found[:MOST_WORDS])}"
        + (f" and {more:,} more" if more > 0 else "")
        + f". With them {keys - len(found):,} other identifiers were joined, perhaps of "
        "strangers. Events stay as they were ingested: to part these people, ingest the sources "
        "into a new warehouse, or cut single links with `desirelines identity unlink`."
    )


def _repeated(row: Row | None, days: float) -> str:
    if row is None:
        return "each belongs to one event"
    counts = {
        "in more than one stream": row["streams_count"],
        f"twice in one stream, more than ingest.late_days ({days:g}) apart": row["far_count"],
        "twice in one stream, nearer": row["near_count"],
    }
    message = (
        "; ".join(f"{text}: {count:,}" for text, count in counts.items() if count)
        + f"; from {row['first_on']} to {row['last_on']}"
    )
    if row["near_count"]:
        raise GateError(
            f"{message}. Ingest writes no id twice within ingest.late_days: another writer did, or "
            "the setting was smaller then. Nothing is merged. Look at the table's history "
            "(DESCRIBE HISTORY)."
        )
    return Note(
        f"{message}. They are counted as separate events. If each id is one event, fix the "
        "source's ids, or name another stream."
    )
