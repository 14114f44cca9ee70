"""Find out who a request is about, and what names them in the tables."""

from __future__ import annotations

from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.erasure.subjects import (
    to_ids_ever,
    to_own_keys,
    to_people_of,
    to_shared_keys,
)
from desirelines.frames.keep import kept, release
from desirelines.io.erasure_inbox import Case
from desirelines.io.tables.rows import listed
from desirelines.run.context import Run
from desirelines.stages.erasure_rows import rows_of
from desirelines.tables import (
    EVENTS,
    IDENTITY_LINKS,
    IDENTITY_MAP,
    SESSIONS,
    STREAM_OWNERS,
    Table,
)

NAMES: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (EVENTS, ("event_id", "order_id", "content_digest", "session_key")),
    (SESSIONS, ("session_id",)),
)
"""Columns whose values name somebody's rows."""


def with_subjects(run: Run, case: Case) -> Case:
    """The request with its people, their identifiers, those they share, and their ids.

    What an earlier attempt found stays: after rows are deleted they cannot be found again.
    """
    if not run.warehouse.exists(IDENTITY_MAP):
        return replace(case, own_keys=case.keys, ids=case.keys)
    identities = run.warehouse.read(IDENTITY_MAP)
    asked = listed(run.spark, case.keys, "key")
    people = kept(to_people_of(asked, identities))
    own = kept(to_own_keys(asked, people, identities))
    try:
        shared = to_shared_keys(
            own,
            people,
            run.warehouse.read(IDENTITY_LINKS),
            run.warehouse.read(STREAM_OWNERS).filter(F.col("to_run").isNull()),
            login_type=run.settings.identity.login_type,
        )
        shared_keys = _values(shared, "key") | set(case.shared_keys)
        own_keys = (_values(own, "key") | set(case.own_keys)) - shared_keys
        # A shared identifier was others', too, and their ids are not those of these people.
        only_theirs = own.join(listed(run.spark, shared_keys, "key"), "key", "left_anti")
        ids = _values(to_ids_ever(only_theirs, identities), "person_id") | set(case.ids)
        people_ids = _values(people, "person_id") | set(case.people)
    finally:
        release(people, own)
    return replace(
        case,
        people=tuple(sorted(people_ids)),
        own_keys=tuple(sorted(own_keys)),
        shared_keys=tuple(sorted(shared_keys)),
        ids=tuple(sorted(ids | own_keys)),
    )


def with_values(run: Run, case: Case) -> Case:
    """The request with the values that name rows of theirs and of nobody else."""
    found = set(case.values)
    for table, columns in NAMES:
        if run.warehouse.exists(table):
            theirs = kept(rows_of(run, table, case).select(*dict.fromkeys((*table.key, *columns))))
            others = run.warehouse.read(table).join(theirs, list(table.key), "left_anti")
            for column in columns:
                named = theirs.select(column).filter(F.col(column).isNotNull()).distinct()
                found |= _values(named.join(others, column, "left_anti"), column)
            release(theirs)
    return replace(case, values=tuple(sorted(found)))


def _values(rows: DataFrame, column: str) -> set[str]:
    return {row[0] for row in rows.select(column).distinct().collect()}
