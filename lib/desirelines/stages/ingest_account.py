"""The row account of a batch: every row that was read has one fate, and what is called used stands in `events`."""

from __future__ import annotations

from pyspark.sql import functions as F

from desirelines.errors import AccountError
from desirelines.io.tables.store import row_count
from desirelines.run.context import Run
from desirelines.settings import Source
from desirelines.stages.ingest_terms import Batch, Terms
from desirelines.tables import EVENTS, FATES, ROW_ACCOUNTS


def used_rows(run: Run) -> int:
    """Events that the run's run brought in."""
    mine = run.warehouse.read(ROW_ACCOUNTS).filter(
        (F.col("run_id") == run.run_id) & (F.col("fate") == "used")
    )
    return int(mine.agg(F.coalesce(F.sum("row_count"), F.lit(0))).collect()[0][0])


def has_account(run: Run, source: Source, batch: Batch) -> bool:
    """Whether a batch was finished: its account is what is written last."""
    mine = (F.col("ingest_batch") == batch.name) & (F.col("source") == source.name)
    return not run.warehouse.read(ROW_ACCOUNTS).filter(mine).select(F.lit(1)).isEmpty()


def write_account(
    run: Run, terms: Terms, account: dict[str, int], rows_read: int, batch: Batch
) -> None:
    """Write the fates of a batch.

    Raises:
        AccountError: a row has no fate, or what stands in `events` is not what the account says.
    """
    name = terms.source.name
    written = _written(run, terms, batch, account.get("used", 0))
    if sum(account.values()) != rows_read or written != account.get("used", 0):
        raise AccountError(
            f"source '{name}': the row account does not add up: {rows_read:,} rows read, fates {account}, {written:,} events written. "
            "Nothing is published. This is a defect: please report it with these numbers."
        )
    rows = [
        (run.run_id, name, batch.name, fate, account[fate], rows_read)
        for fate in FATES
        if fate in account
    ]
    if rows:
        run.warehouse.append_once(
            run.spark.createDataFrame(rows, ROW_ACCOUNTS.schema),
            ROW_ACCOUNTS,
            writer=terms.writer(batch),
            number=batch.number,
        )


def _written(run: Run, terms: Terms, batch: Batch, expected: int) -> int:
    """Rows of the batch in `events`, on whatever day.

    Statistics tell batches of one stream apart by their run only (Delta keeps 32 characters of a text, and names of such batches
    begin alike), so of a batch that no earlier try began the run's files are read, and all of the stream's only where they do not
    hold what is expected.
    """
    events = run.warehouse.read(EVENTS)
    mine = events.filter(
        (F.col("ingest_batch") == batch.name) & (F.col("source") == terms.source.name)
    )
    if not terms.is_begun and row_count(mine.filter(F.col("run_id") == run.run_id)) == expected:
        return expected
    return row_count(mine)
