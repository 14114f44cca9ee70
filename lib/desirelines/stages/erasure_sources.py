"""The rows of people in sources that are ours (`erasable`), found as ingest keys them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.errors import GateError, SourceError
from desirelines.events.named_people import identifier_places, to_named
from desirelines.frames.keep import checkpointed
from desirelines.io.erasure_inbox import Case
from desirelines.io.sources.delta_history import unread_files, version_of
from desirelines.io.sources.inspect import look_at, with_whole_names, without
from desirelines.io.sources.own_tables import (
    delete_combinations,
    file_name,
    files_of,
    hindrances,
    rows_in,
)
from desirelines.io.tables.rows import listed, row_count
from desirelines.run.context import Run
from desirelines.settings import Source, column_path
from desirelines.stages.erasure_rows import despite_other_writers
from desirelines.stages.erasure_source_files import check_log
from desirelines.stages.source_state import facts_before

NOTHING_DELETED = "No row was deleted; what comes in of theirs is left out."


@dataclass(frozen=True, slots=True)
class InSource:
    """The rows of people in one source.

    Attributes:
        source: its mapping, as the source's columns are now.
        combinations: raw identifiers of their rows, a column for each of `identifier_places`.
        count: how many rows are theirs.
        identifiers: types and values of their identifiers, as the source writes them.
    """

    source: Source
    combinations: DataFrame
    count: int
    identifiers: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Its name among those of tables."""
        return f"source {self.source.name}"


def found_in_sources(run: Run, case: Case) -> tuple[InSource, ...]:
    """Their rows in every erasable source, which can all be deleted without a trace.

    Raises:
        GateError: a source cannot be read, it would keep identifiers of deleted rows, or rows that
            no run has read would be lost. Nothing was deleted.
    """
    check_rewritten(run)
    try:
        for source in _erasable(run):
            _check_table(run, source)
        found = tuple(_in_source(run, source, case) for source in _erasable(run))
    except SourceError as error:
        raise GateError(f"erase: {error} {NOTHING_DELETED}") from None
    known = with_source_values(case, found)
    for one in found:
        _check_unread(run, one)
        check_log(run, one.source, known)
    return found


def source_counts(found: Iterable[InSource]) -> dict[str, int]:
    """How many rows go, by `source <name>`."""
    return {one.name: one.count for one in found}


def source_sizes(run: Run, found: Iterable[InSource]) -> dict[str, int]:
    """How many rows there are, by `source <name>`."""
    return {one.name: row_count(rows_in(run.spark, one.source)) for one in found}


def with_source_values(case: Case, found: Iterable[InSource]) -> Case:
    """The request with their identifiers as sources write them: a scan looks for these."""
    values = {*case.source_values, *(pair for one in found for pair in one.identifiers)}
    return replace(case, source_values=tuple(sorted(values)))


def delete_from_sources(run: Run, found: Iterable[InSource]) -> None:
    """Delete the rows. Idempotent.

    Raises:
        GateError: other programs wrote a source at the same time, again and again.
    """
    for one in found:
        if one.count:
            _delete(run, one)


def left_in_sources(run: Run, case: Case) -> dict[str, int]:
    """How many rows of theirs are there after all, by `source <name>`."""
    return source_counts(_in_source(run, source, case) for source in _erasable(run))


def _delete(run: Run, one: InSource) -> None:
    source = one.source
    places = identifier_places(source)
    before = version_of(run.spark, source)
    delete = partial(delete_combinations, run.spark, source, one.combinations, places)
    despite_other_writers(one.name, delete)
    after = version_of(run.spark, source)
    if before is not None and after is not None and after > before + 1:
        run.progress.say(
            f"{source.name}: another program wrote it while rows were deleted, and a run may pass "
            f"over what it wrote: read it again with `desirelines ingest-events --resync "
            f"{source.name}`"
        )


def _erasable(run: Run) -> list[Source]:
    return [source for source in run.settings.sources if source.erasable]


def _in_source(run: Run, source: Source, case: Case) -> InSource:
    present = look_at(run.spark, source)
    named = with_whole_names(source, present.columns)
    fitted = without(named, present.absent) if present.absent else named
    combinations = checkpointed(
        to_named(
            rows_in(run.spark, fitted),
            listed(run.spark, case.own_keys, "key"),
            secret_pads(run.spark, run.data_secret),
            fitted,
            run.settings.identity,
        )
    )
    places = list(identifier_places(fitted))
    distinct = combinations.select(*places, "row_count").distinct()
    count = distinct.agg(F.sum("row_count")).collect()[0][0]
    identifiers = combinations.select("id_type", "value").distinct().collect()
    pairs = tuple(sorted((row["id_type"], row["value"]) for row in identifiers))
    return InSource(fitted, distinct.drop("row_count"), int(count or 0), pairs)


def _check_table(run: Run, source: Source) -> None:
    """Stop where no scan could ever be clean."""
    if source.table is not None:
        raise GateError(
            f"erase: source '{source.name}' is in a catalog, and its files cannot be listed from "
            f"here, so no scan can prove anything. {NOTHING_DELETED} Map it by `path`, or take "
            "`erasable` out of its mapping and erase from it with the catalog's own means."
        )
    present = look_at(run.spark, source)
    places = identifier_places(with_whole_names(source, present.columns))
    found = hindrances(run.spark, source, list(places.values()))
    if found:
        raise GateError(
            f"erase: source '{source.name}' would keep identifiers of rows that are deleted: "
            f"{'; '.join(found)}. {NOTHING_DELETED} Set properties with ALTER TABLE … SET "
            "TBLPROPERTIES; what files and log hold already goes when the table is written anew. "
            "Then run `desirelines erase run`."
        )


def check_rewritten(run: Run) -> None:
    """Stop where a purge would take files that the next run reads.

    Raises:
        GateError: files that no run has read yet were rewritten since, as by OPTIMIZE.
    """
    for source in _erasable(run):
        unread = _unread(run, source)
        if unread and not unread <= files_of(rows_in(run.spark, source)):
            raise _unread_error(source, "that were rewritten since, and would be deleted")


def _check_unread(run: Run, one: InSource) -> None:
    """Stop where deleting would rewrite files with rows of others that no run has read yet.

    A stream passes over commits that delete, so it would never read these rows.
    """
    unread = _unread(run, one.source) if one.count else frozenset()
    if unread is None or (unread and unread & _files_with(one)):
        raise _unread_error(one.source, "in which theirs are, and would pass over them")


def _unread(run: Run, source: Source) -> frozenset[str] | None:
    """Names of the files that the next run reads; None if there may be any, and nobody knows."""
    if source.table is not None:
        return None
    until = version_of(run.spark, source)
    since = facts_before(run).versions.get(source.name, -1)
    if until is None or until == since:
        return frozenset()
    return unread_files(run.spark, source, since=since, until=until)


def _unread_error(source: Source, what: str) -> GateError:
    return GateError(
        f"erase: source '{source.name}' has rows that no run has read yet. The next one would look "
        f"for them in files {what}. {NOTHING_DELETED} Run `desirelines run`, which reads them, "
        "then `desirelines erase run`."
    )


def _files_with(one: InSource) -> set[str]:
    """Names of the files in which their rows are."""
    rows, places = rows_in(one.combinations.sparkSession, one.source), identifier_places(one.source)
    columns = [F.col(column_path(name)).alias(f"of_{place}") for place, name in places.items()]
    in_files = rows.select(*columns, file_name(rows).alias("file_name"))
    pairs = [in_files[f"of_{place}"].eqNullSafe(one.combinations[place]) for place in places]
    theirs = in_files.join(F.broadcast(one.combinations), pairs, "left_semi")
    return {row["file_name"] for row in theirs.select("file_name").distinct().collect()}
