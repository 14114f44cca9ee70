"""Write batches of rows to the tables: every row gets a fate, and the fates must add up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.events.currency import with_reporting_currency
from desirelines.events.fates import (
    KEPT_IN_QUARANTINE,
    keep_sinks_columns,
    suppressed_at,
    to_account,
    with_fates,
    with_suppressed,
    with_text_of_conflicts,
)
from desirelines.events.identifier_columns import key_column
from desirelines.events.mapping_matches import parts_that_match
from desirelines.events.masking import masked_text
from desirelines.events.parse import to_mapped_events
from desirelines.events.raw_fields import ALIAS_KEY, raw_text
from desirelines.frames.keep import kept, release
from desirelines.io.sources.rates import currency_rates
from desirelines.io.spark.errors import error_of_rows
from desirelines.run.context import Run
from desirelines.settings import Source
from desirelines.stages.ingest_account import (
    account_rows,
    check_accounts,
    check_written,
    has_account,
    undecodable_rows,
)
from desirelines.stages.ingest_known import days_of, known_events
from desirelines.stages.ingest_matches import remember_matches
from desirelines.stages.ingest_part import Part, Rows, once, union
from desirelines.stages.ingest_tables import Classified, write_tables
from desirelines.stages.ingest_terms import Batch, Terms, take_out, terms_again
from desirelines.tables import EVENTS, FATES, INGEST_BATCHES, ROW_ACCOUNTS, SUPPRESSIONS, Table

FEW_CONFLICTS = 100_000
"""Up to this many rows in conflict are sent to every task."""


def part_of(
    run: Run,
    source: Source,
    batch: Batch,
    terms: Terms,
    rates: str | None,
    rows: Callable[[Terms], Rows | None],
) -> Part | None:
    """A batch on its terms, ready to be written; null if nothing is to be written.

    `rows` gives the batch's rows on some terms, or null. What an earlier try wrote is deleted, and
    the batch is written again, on the terms it was begun on wherever they still decide.
    """
    if terms.is_begun:
        if has_account(run, source, batch):
            return None
        begun, terms = terms, terms_again(run, source, rates, terms)
        run.progress.say(_resumed(source, batch, begun, terms))
        take_out(run, source.name, batch)
    batch_rows = rows(terms)
    return None if batch_rows is None else Part(terms, batch, batch_rows)


def _resumed(source: Source, batch: Batch, begun: Terms, now: Terms) -> str:
    message = f"{source.name}: batch {batch.number} was begun at {begun.read_at:%Y-%m-%d %H:%M} UTC"
    if now.rules.rates != begun.rules.rates:
        return f"{message} by another table of rates; what it had written is replaced"
    message += " and is finished as of then"
    return message if now.are_now else message + ", by the mapping and the settings of then"


def mapped_rows(
    run: Run, terms: Terms, raw: DataFrame, *, marked: Column | None = None
) -> DataFrame:
    """Raw rows in the event model, with reasons against each, and whether it is suppressed.

    `marked`: for rows from quarantine, whether masking replaced their identifiers with marks.
    """
    source, site = terms.source, terms.settings.site
    pads = secret_pads(run.spark, run.data_secret)
    mapped = to_mapped_events(
        raw, pads, source, terms.settings, read_at=terms.read_at, marked=marked
    )
    mapped = with_reporting_currency(mapped, currency_rates(run.spark, site), site)
    has_suppressions = run.warehouse.exists(SUPPRESSIONS)
    suppressed = (
        suppressed_at(run.warehouse.read(SUPPRESSIONS), terms.read_at) if has_suppressions else None
    )
    keys = [
        *(key_column(t) for t in source.ids),
        *([ALIAS_KEY] if source.alias is not None else []),
    ]
    return with_suppressed(mapped, suppressed, secret_pads(run.spark, run.suppression_secret), keys)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A part whose rows have fates, and what is kept for it; on how many days used rows are."""

    part: Part
    mapped: DataFrame
    classified: DataFrame
    account: dict[str, int]
    days_used: int

    def release(self) -> None:
        """Give up what is kept."""
        release(self.classified, self.mapped)


def write_group(run: Run, parts: list[Part]) -> list[BaseException | None]:
    """Write parts of several sources together; give the error of each, null for those written.

    If rows of the group cannot be read or judged, each half of it is written by itself, and so on,
    so that one source's fault does not stop the others and costs few attempts among many sources.
    """
    try:
        judged = judge(run, parts)
    except Exception as error:
        if len(parts) == 1:
            source = parts[0].terms.source
            return [error_of_rows(error, source.name, has_expressions=bool(source.expressions))]
        half = len(parts) // 2
        halves = parts[:half], parts[half:]
        return [error for some in halves for error in write_group(run, [p.afresh() for p in some])]
    write(run, judged)
    return [None for _ in parts]


def judge(run: Run, parts: list[Part]) -> list[_Judged]:
    """Give every row of the parts its fate, and count them. Writes nothing.

    Cost: one execution, and one more for parts whose source has events already.

    Raises:
        AccountError: a row has no fate.
    """
    with ExitStack() as kept_rows:
        mapped = {}
        for part in parts:
            rows = part.rows.mapped
            # Such rows are read twice: for their days, and for their fates.
            mapped[part.source_name] = rows if part.batch.is_first else kept(rows)
            if not part.batch.is_first:
                kept_rows.callback(release, mapped[part.source_name])
        days = days_of(p for p in parts if not p.batch.is_first)
        classified = {}
        for part in parts:
            name = part.source_name
            known = known_events(run, part, days[name]) if days.get(name) else None
            # Kept for several sinks, which one plan cannot have.
            classified[name] = kept(_classified(run, part, mapped[name], known))
            kept_rows.callback(release, classified[name])
        accounts: dict[str, dict[str, int]] = {part.source_name: {} for part in parts}
        counts = union(
            to_account(rows, p.terms.source).withColumn("source", F.lit(p.source_name))
            for p, rows in zip(parts, classified.values(), strict=True)
        )
        days_used = dict.fromkeys(accounts, 0)
        matched: dict[str, list[tuple[list[bool], list[int]]]] = {name: [] for name in accounts}
        for row in counts.collect():
            matched[row["source"]].append((row["has_value"], row["names"]))
            accounts[row["source"]][row["fate"]] = int(row["row_count"])
            if row["fate"] == "used":
                days_used[row["source"]] = int(row["day_count"])
        check_accounts(accounts, {part.source_name: part.rows.count() for part in parts})
        judged = [
            _Judged(p, mapped[name], classified[name], accounts[name], days_used[name])
            for p in parts
            for name in (p.source_name,)
        ]
        for p in parts:
            remember_matches(run, p, parts_that_match(p.terms.source, matched[p.source_name]))
        kept_rows.pop_all()
    return judged


def _text_of(run: Run, part: Part, mapped: DataFrame) -> tuple[Column, bool]:
    """The text of a row that quarantine keeps, and whether it is masked."""
    # Rows that went through quarantine once stay masked: raw rows and rows with marks can no longer
    # be distinguished.
    terms = part.terms
    if part.batch.is_requeue or run.settings.ingest.quarantine_raw == "masked":
        return masked_text(mapped, terms.source, terms.settings.identity.login_type), True
    return raw_text(terms.source), False


def _classified(run: Run, part: Part, mapped: DataFrame, known: DataFrame | None) -> DataFrame:
    text, _ = _text_of(run, part, mapped)
    classified = with_fates(
        mapped,
        part.terms.source,
        known,
        orders_are_whole=not part.batch.is_requeue,
        text=text,
    )
    return keep_sinks_columns(classified).withColumns(
        {
            "source": F.lit(part.source_name),
            "ingest_batch": F.lit(part.batch.name),
            "run_id": F.lit(run.run_id),
        }
    )


def write(run: Run, judged: list[_Judged]) -> None:
    """Write parts whose rows have fates: their terms first, their accounts last.

    Raises:
        AccountError: `events` did not receive what the accounts say.
    """
    parts = [j.part for j in judged]
    try:
        _save_terms(run, parts)
        used = sum(j.account.get("used", 0) for j in judged)
        # Of the first events it decides how files are cut.
        run.warehouse.expected_events_a_day = used / max(1, *(j.days_used for j in judged))
        before = run.warehouse.row_count(EVENTS)
        write_tables(run, [_for_tables(run, j) for j in judged], once(parts))
        check_written(used, run.warehouse.row_count(EVENTS) - before)
        _write_accounts(run, judged)
    finally:
        for j in judged:
            j.release()
    for j in judged:
        run.progress.say(
            f"{j.part.source_name}: {j.part.rows.count():,} rows read, "
            + ", ".join(f"{j.account[f]:,} {f}" for f in FATES if f in j.account)
        )
        if undecodable := j.part.rows.undecodable():
            run.progress.say(undecodable_rows(j.part.terms.source, undecodable))


def _for_tables(run: Run, judged: _Judged) -> Classified:
    text, is_masked = _text_of(run, judged.part, judged.mapped)
    waiting = None
    if any(judged.account.get(fate) for fate in KEPT_IN_QUARANTINE):
        waiting = judged.classified.filter(F.col("fate").isin(*KEPT_IN_QUARANTINE))
        if judged.account.get("conflict"):
            waiting = with_text_of_conflicts(waiting, _in_conflict(judged), text)
    used = judged.classified.filter(F.col("fate") == "used")
    return Classified(judged.part, used, waiting, is_masked)


def _in_conflict(judged: _Judged) -> DataFrame:
    """Mapped rows, at least those in conflict; mapped again where they are not kept.

    A source delivered again in full with other contents has as many conflicts as rows. Usually they
    are few, and then only those rows are mapped.
    """
    if not judged.part.batch.is_first:
        return judged.mapped
    hashes = judged.classified.filter("fate = 'conflict'").select("row_hash").distinct()
    is_few = judged.account["conflict"] <= FEW_CONFLICTS
    return judged.part.rows.mapped_of(F.broadcast(hashes) if is_few else hashes)


def _save_terms(run: Run, parts: list[Part]) -> None:
    """Write the terms of the parts, before anything else of them."""
    rows = [
        {
            "source": part.source_name,
            "ingest_batch": part.batch.name,
            "attempt": part.terms.attempt,
            "read_at": part.terms.read_at,
            "rules_digest": part.terms.rules.digest,
            "rules": part.terms.rules.text,
            "run_id": run.run_id,
        }
        for part in parts
    ]
    _append(run, rows, INGEST_BATCHES, parts)


def _write_accounts(run: Run, judged: list[_Judged]) -> None:
    rows = [
        row
        for j in judged
        for row in account_rows(
            run, j.part.source_name, j.part.batch.name, j.account, j.part.rows.count()
        )
    ]
    if rows:
        _append(run, rows, ROW_ACCOUNTS, [j.part for j in judged])


def _append(run: Run, rows: list[dict[str, Any]], table: Table, parts: list[Part]) -> None:
    group = once(parts)
    run.warehouse.append_attempt(rows, table, writer=group.writer, number=group.number)
