"""The state of the sources: which columns are there, gone or new, and what to remember of them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.io.sources.delta_history import Skipped, id_of, skipped_commits, version_of
from desirelines.io.sources.inspect import (
    Found,
    check_source,
    is_empty,
    look_at,
    with_whole_names,
    without,
)
from desirelines.io.sources.rates import check_rates
from desirelines.run.context import Run
from desirelines.settings import Source, name_parts


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is remembered of the sources from one read to the next, by source name.

    Attributes:
        columns: top-level columns (none for JSON).
        versions: newest version of Delta sources.
        tables: id of Delta sources on this machine; a table that was made anew has another.
        checkpoints: number of the checkpoint; a resync starts the next one.
        currency: the reporting currency that money was converted to.
    """

    columns: dict[str, list[str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    checkpoints: dict[str, int] = field(default_factory=dict)
    currency: str | None = None

    def are_news_for(self, source: Source, before: SourceFacts) -> bool:
        """Whether the source may have rows that were not there when `before` was saved.

        Of a Delta table on this machine its id and version say it; others must be listed.
        """
        name = source.name
        return (
            name not in self.tables
            or self.tables[name] != before.tables.get(name)
            or self.versions.get(name) != before.versions.get(name)
            or self.checkpoints.get(name) != before.checkpoints.get(name)
        )


def facts_before(run: Run) -> SourceFacts:
    """The facts saved when sources were last read."""
    last = run.ledger.newest("ingest-events")
    inputs = run.ledger.inputs_of(last.run_id, "ingest-events") if last else {}
    names = {f.name for f in fields(SourceFacts)}
    return SourceFacts(**{name: value for name, value in inputs.items() if name in names})


def present_sources(run: Run, before: SourceFacts) -> tuple[list[Source], SourceFacts]:
    """The sources as they can be read now, and what to remember of them; writes nothing.

    A mapped column that was never there is a mistake in the mapping. A column that was there at the
    last read is a change of the source: it is reported and null from now on, unless no event can
    be made without it. New columns are reported as well, and so are commits of a Delta source that
    changed rows which were already read.

    Raises:
        SourceError: a source or the table of rates cannot be read, or lacks a required column.
        EmptyInputError: a source is empty, or none is configured.
        SettingsError: a source to resync does not exist, or events hold another currency.
    """
    if not run.settings.sources:
        raise EmptyInputError(
            "no source is configured. Add a mapping under `sources:` (see conf/sources/), or start "
            "with `desirelines init`."
        )
    names = [s.name for s in run.settings.sources]
    for name in sorted(run.resync - set(names)):
        raise SettingsError([f"--resync {name}: no such source{did_you_mean(name, names)}"])
    check_rates(run.spark, run.settings.site)
    currency = run.settings.site.currency
    if before.currency not in (None, currency):
        raise SettingsError(
            [
                f"site.currency is {currency}, but events hold {before.currency}. Set it back, or "
                "create another warehouse."
            ]
        )
    sources = []
    now = SourceFacts(
        dict(before.columns),
        dict(before.versions),
        checkpoints=dict(before.checkpoints),
        currency=currency,
    )
    for source in run.settings.sources:
        present = look_at(run.spark, source)
        named = with_whole_names(source, present.columns)
        usable = _fitted(run, named, present, before.columns.get(source.name, []))
        if source.name not in before.columns:
            _refuse_empty(run, source)
        version = version_of(run.spark, source)
        if version is not None:
            _report_skipped(run, source, before.versions.get(source.name, version), version)
            now.versions[source.name] = version
        table_id = id_of(run.spark, source)
        if table_id is not None:
            now.tables[source.name] = table_id
        now.columns[source.name] = present.columns
        now.checkpoints[source.name] = before.checkpoints.get(source.name, 0) + (
            source.name in run.resync
        )
        sources.append(usable)
    return sources, now


def _refuse_empty(run: Run, source: Source) -> None:
    if not source.may_be_empty and is_empty(run.spark, source):
        raise EmptyInputError(
            f"source '{source.name}' is empty: {source.table or source.path} has no row. Fix "
            "its path, or set `may_be_empty: true` in its mapping."
        )


def _fitted(run: Run, source: Source, now: Found, before: list[str]) -> Source:
    """The mapping without the columns that the source no longer has."""
    if any(_root(path, source) not in before for path in now.absent):
        check_source(run.spark, source)  # never there: raises the error about the mapping
    new = [c for c in now.columns if before and c not in before]
    if new:
        run.progress.say(f"{source.name}: {', '.join(new)} is new and in no mapping; not read")
    if not now.absent:
        return source
    usable = without(source, now.absent)
    run.progress.say(f"{source.name}: {', '.join(now.absent)} is no longer there; read as null")
    return usable


def _report_skipped(run: Run, source: Source, since: int, until: int) -> None:
    """Report commits that changed rows which were already read; those rows are not read again."""
    if source.name in run.resync or since == until:
        return
    for commit in skipped_commits(run.spark, source, since=since, until=until):
        run.progress.say(f"{source.name}: {_as_text(commit, source.name)}")


def _as_text(commit: Skipped, source: str) -> str:
    """What a skipped commit did, and how to read what it added."""
    what = f"{commit.operation} at version {commit.version} "
    if commit.rows_gone is None:
        what += "replaced or deleted rows; nothing is read twice"
    else:
        what += f"deleted or changed {commit.rows_gone:,} rows; nothing is read twice"
    if commit.rows_added == 0:
        return what
    count = "" if commit.rows_added is None else f" ({commit.rows_added:,})"
    return (
        f"{what}, but the rows it added{count} were not read: run `desirelines ingest-events "
        f"--resync {source}`"
    )


def _root(path: str, source: Source) -> str:
    """Top-level column of a mapped path."""
    first = name_parts(path)[0]
    return name_parts(source.lines)[0] if first == "line" and source.lines else first
