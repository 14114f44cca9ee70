"""The rows of people in every table with people, found as the contracts say, and deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

from delta.exceptions import (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    MetadataChangedException,
    ProtocolChangedException,
)
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.erasure.needles import tells_enough
from desirelines.erasure.quarantined import (
    to_rows_with_keys,
    to_rows_with_texts,
    to_rows_with_values,
)
from desirelines.erasure.subjects import to_owned_events
from desirelines.errors import GateError
from desirelines.frames.keep import checkpointed
from desirelines.io.erasure_inbox import Case
from desirelines.io.spark.job_names import at_once
from desirelines.io.tables.rows import listed, row_count
from desirelines.run.context import Run
from desirelines.tables import (
    ALL,
    EVENTS,
    IDENTIFIERS,
    IDENTITY_CUTS,
    IDENTITY_LINKS,
    IDENTITY_MAP,
    PEOPLE,
    QUARANTINED_EVENTS,
    STREAM_OWNERS,
    Table,
)

TELL = (IDENTITY_CUTS, IDENTITY_LINKS, IDENTIFIERS, STREAM_OWNERS, IDENTITY_MAP)
"""Tables that tell who somebody is; their rows go last, or a new attempt would not find others."""
AT_ONCE = 4
"""So many tables are counted, deleted from or purged at once: most of a small job is planning."""
TRIES, WAIT_SECONDS = 5, 2.0
OTHER_WRITERS = (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    MetadataChangedException,
    ProtocolChangedException,
)


def people_tables(run: Run) -> list[Table]:
    """The tables with rows about people that are there, in the order in which rows are deleted."""
    there = [t for t in ALL if t.erased_by and run.warehouse.exists(t)]
    return [t for t in there if t not in TELL] + [t for t in TELL if t in there]


def rows_of(run: Run, table: Table, case: Case) -> DataFrame:
    """The rows of a table that go, each once."""
    rows = run.warehouse.read(table)
    found: DataFrame | None = None
    for wanted in _frames(run, table, case):
        left = rows if found is None else rows.join(found, list(table.key), "left_anti")
        more = left.join(F.broadcast(wanted), wanted.columns, "left_semi")
        found = more if found is None else found.unionByName(more)
    return rows.limit(0) if found is None else found


def row_counts(run: Run, case: Case) -> dict[str, int]:
    """How many rows go, by table."""
    tables = people_tables(run)
    counted = [partial(_row_count, run, table, case) for table in tables]
    counts = at_once(run.spark, counted, most=AT_ONCE)
    return {table.name: count for table, count in zip(tables, counts, strict=True)}


def _row_count(run: Run, table: Table, case: Case) -> int:
    return row_count(rows_of(run, table, case))


def delete_all_rows(run: Run, case: Case) -> None:
    """Delete the rows of all tables. Those that tell who somebody is go last, one by one."""
    tables = people_tables(run)
    others = [partial(_delete_from, run, table, case) for table in tables if table not in TELL]
    at_once(run.spark, others, most=AT_ONCE)
    for table in tables:
        if table in TELL:
            _delete_from(run, table, case)


def _delete_from(run: Run, table: Table, case: Case) -> None:
    delete_rows(run, table, case)
    run.progress.say(f"{case.request_id}: {table.name} is done")


def delete_rows(run: Run, table: Table, case: Case) -> None:
    """Delete the rows of one table. Idempotent: what is gone matches nothing.

    Raises:
        GateError: other programs wrote the table at the same time, again and again.
    """
    for wanted in _frames(run, table, case):
        despite_other_writers(table.name, partial(run.warehouse.delete, wanted, table))


def despite_other_writers(name: str, delete: Callable[[], None]) -> None:
    """Delete, and try again while other programs write the same table.

    Raises:
        GateError: they did, again and again.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            delete()
            return
        except OTHER_WRITERS:
            if not tries_left:
                raise GateError(
                    f"erase: another program wrote {name} at the same time, {TRIES} times. Rows "
                    "of it may be left; nothing is closed. Let one program write at a time, then "
                    "run `desirelines erase run`."
                ) from None
            time.sleep(WAIT_SECONDS)


def _frames(run: Run, table: Table, case: Case) -> Iterator[DataFrame]:
    """Rows go that have the values of a row of one of these frames, in all of its columns."""
    if table is QUARANTINED_EVENTS:
        yield from _in_quarantine(run, case)
        return
    for column in table.erased_by:
        # Rows that were computed for somebody who was once merged with them are made of both. Who
        # an identifier belongs to is not: of these tables only rows with their own names go.
        is_computed = column == "person_id" and table not in (*TELL, PEOPLE)
        values = case.ids if is_computed else case.own_keys
        if values:
            yield listed(run.spark, values, column)
    if table is EVENTS and case.shared_keys and run.warehouse.exists(STREAM_OWNERS):
        people = listed(run.spark, case.people, "person_id")
        streams = listed(run.spark, case.shared_keys, "stream_id")
        intervals = (
            run.warehouse.read(STREAM_OWNERS)
            .filter(F.col("to_run").isNull())
            .join(F.broadcast(streams), "stream_id", "left_semi")
            .join(F.broadcast(people), "person_id", "left_semi")
        )
        owned = to_owned_events(run.warehouse.read(EVENTS), intervals)
        yield checkpointed(owned.select(*table.key))


def _in_quarantine(run: Run, case: Case) -> Iterator[DataFrame]:
    rejected = run.warehouse.read(QUARANTINED_EVENTS)
    identity = run.settings.identity
    keys = listed(run.spark, (*case.own_keys, *case.keys), "key")
    rows = to_rows_with_keys(
        rejected,
        keys.distinct(),
        secret_pads(run.spark, run.data_secret),
        {t for s in run.settings.sources for t in s.ids},
        caseless=identity.caseless_types,
        junk=identity.junk_values,
    )
    yield checkpointed(rows.select(*QUARANTINED_EVENTS.key))
    texts = {value.strip() for _, value in case.identifiers} | _kept_values(run, case)
    frame = listed(run.spark, sorted(texts), "text")
    rows = to_rows_with_texts(rejected, frame)
    yield checkpointed(rows.select(*QUARANTINED_EVENTS.key))
    if values := [value for value in case.values if tells_enough(value)]:
        rows = to_rows_with_values(rejected, listed(run.spark, values, "text"))
        yield checkpointed(rows.select(*QUARANTINED_EVENTS.key))


def _kept_values(run: Run, case: Case) -> set[str]:
    """Readable values of identifiers that are only theirs."""
    if not run.warehouse.exists(IDENTIFIERS) or not case.own_keys:
        return set()
    keys = listed(run.spark, case.own_keys, "key")
    rows = run.warehouse.read(IDENTIFIERS).join(F.broadcast(keys), "key", "left_semi")
    return {row["value"] for row in rows.select("value").collect() if row["value"]}
