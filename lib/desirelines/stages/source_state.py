"""The sources as they can be read now: what is there, what is gone or new, and what to remember for the next time."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.io.sources.delta_history import skipped_commits, version_of
from desirelines.io.sources.inspect import Found, check_source, is_empty, look_at, without
from desirelines.io.sources.rates import check_rates
from desirelines.run.context import Run
from desirelines.settings import Source


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is remembered of the sources from one reading to the next, by name.

    Attributes:
        columns: top-level columns (none for JSON).
        versions: newest version of Delta sources.
        checkpoints: number of the checkpoint; a resync begins the next.
        currency: the reporting currency that money was converted to.
    """

    columns: dict[str, list[str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    checkpoints: dict[str, int] = field(default_factory=dict)
    currency: str | None = None


def facts_before(run: Run) -> SourceFacts:
    """What was remembered when sources were last read."""
    last = run.ledger.newest("ingest-events")
    inputs = run.ledger.inputs_of(last.run_id, "ingest-events") if last else {}
    known = {f.name for f in fields(SourceFacts)}
    return SourceFacts(**{name: value for name, value in inputs.items() if name in known})


def present_sources(run: Run, before: SourceFacts) -> tuple[list[Source], SourceFacts]:
    """The sources as they can be read now, and what to remember of them; looked at before anything is written.

    A mapped column that was never there is a mistake in the mapping. One that was there when the source was last read is a
    change of the source: told, and null from now on, unless no event can be made without it. New columns are told as well, and
    so are commits of a Delta source that changed rows which were read before.

    Raises:
        SourceError: one cannot be read, or lacks a column it cannot do without; so for the table of rates.
        EmptyInputError: one is empty, or there is none.
        SettingsError: a source to read anew is not there, or events hold another currency.
    """
    if not run.settings.sources:
        raise EmptyInputError(
            "no source is configured. Add a mapping under `sources:` (see conf/sources/), or start with `desirelines init`."
        )
    names = [s.name for s in run.settings.sources]
    for name in sorted(run.resync - set(names)):
        raise SettingsError([f"--resync {name}: no such source{did_you_mean(name, names)}"])
    check_rates(run.spark, run.settings.site)
    currency = run.settings.site.currency
    if before.currency not in (None, currency):
        raise SettingsError(
            [
                f"site.currency is {currency}, and events hold {before.currency}. Set it back, or begin another warehouse."
            ]
        )
    sources = []
    now = SourceFacts(
        dict(before.columns), dict(before.versions), dict(before.checkpoints), currency
    )
    for source in run.settings.sources:
        found = look_at(run.spark, source)
        usable = _fitted(run, source, found, before.columns.get(source.name, []))
        if (
            not source.may_be_empty
            and source.name not in before.columns
            and is_empty(run.spark, source)
        ):
            raise EmptyInputError(
                f"source '{source.name}' is empty: {source.table or source.path} has no row. Mend its path, or say `may_be_empty: true` in its mapping."
            )
        version = version_of(run.spark, source)
        if version is not None:
            _tell_skipped(run, source, before.versions.get(source.name, version), version)
            now.versions[source.name] = version
        now.columns[source.name] = found.columns
        now.checkpoints[source.name] = before.checkpoints.get(source.name, 0) + (
            source.name in run.resync
        )
        sources.append(usable)
    return sources, now


def _fitted(run: Run, source: Source, found: Found, known: list[str]) -> Source:
    """The mapping as far as the source still has its columns."""
    if any(_root(path, source) not in known for path in found.absent):
        check_source(run.spark, source)  # never there: a mistake
    new = [c for c in found.columns if known and c not in known]
    if new:
        run.progress.say(f"{source.name}: {', '.join(new)} is new and in no mapping; not read")
    if not found.absent:
        return source
    usable = without(source, found.absent)
    run.progress.say(f"{source.name}: {', '.join(found.absent)} is no longer there; read as null")
    return usable


def _tell_skipped(run: Run, source: Source, since: int, until: int) -> None:
    """Tell what was changed in a source behind the reader's back; what was erased there is not brought back here."""
    if source.name in run.resync or since == until:
        return
    for commit in skipped_commits(run.spark, source, since=since, until=until):
        told = f"{source.name}: {commit.operation} at version {commit.version} took away or changed {commit.rows_gone:,} rows; nothing is read twice"
        if commit.rows_added:
            told += f", but what it added ({commit.rows_added:,}) was not read: run `desirelines ingest-events --resync {source.name}`"
        run.progress.say(told)


def _root(path: str, source: Source) -> str:
    """Top-level column of a mapped path."""
    first = path.split(".")[0]
    return source.lines.split(".")[0] if first == "line" and source.lines else first
