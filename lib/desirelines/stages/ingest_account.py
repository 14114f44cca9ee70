"""The row account of a batch: every row read has one fate, and every used row is in `events`."""

from __future__ import annotations

from pyspark.sql import functions as F

from desirelines.errors import AccountError
from desirelines.io.tables.rows import row_count
from desirelines.run.context import Run
from desirelines.settings import Source
from desirelines.stages.ingest_terms import Batch, Terms
from desirelines.tables import EVENTS, FATES, ROW_ACCOUNTS


def used_rows(run: Run) -> int:
    """Events that the run ingested."""
    mine = run.warehouse.read(ROW_ACCOUNTS).filter(
        (F.col("run_id") == run.run_id) & (F.col("fate") == "used")
    )
    return int(mine.agg(F.coalesce(F.sum("row_count"), F.lit(0))).collect()[0][0])


def has_account(run: Run, source: Source, batch: Batch) -> bool:
    """Whether a batch is finished: its account is written last."""
    mine = (F.col("ingest_batch") == batch.name) & (F.col("source") == source.name)
    return not run.warehouse.read(ROW_ACCOUNTS).filter(mine).select(F.lit(1)).isEmpty()


def write_account(
    run: Run, terms: Terms, account: dict[str, int], rows_read: int, batch: Batch
) -> None:
    """Write the fates of a batch.

    Raises:
        AccountError: a row has no fate, or `events` does not hold what the account says.
    """
    name = terms.source.name
    written = _written(run, terms, batch, account.get("used", 0))
    if sum(account.values()) != rows_read or written != account.get("used", 0):
        raise AccountError(
            f"source '{name}': the row account does not add up: {rows_read:,} rows read, fates "
            f"{account}, {written:,} events written. Nothing is published. This is a defect: "
            "please report it with these numbers."
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
    """Number of the batch's rows in `events`, on any day.

    File statistics distinguish batches of one stream only by run: Delta keeps 32 characters of a
    text, and the names of these batches begin alike. So for a batch that no earlier try began, only
    the run's files are read, and all of the stream's only if those do not hold the expected rows.
    """
    events = run.warehouse.read(EVENTS)
    mine = events.filter(
        (F.col("ingest_batch") == batch.name) & (F.col("source") == terms.source.name)
    )
    if not terms.is_begun and row_count(mine.filter(F.col("run_id") == run.run_id)) == expected:
        return expected
    return row_count(mine)
