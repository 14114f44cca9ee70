"""The row account of a batch: every row that was read has one fate, and what is called used stands in `events`."""

from __future__ import annotations

from pyspark.sql import functions as F

from desirelines.errors import AccountError
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.settings import Source
from desirelines.tables import EVENTS, FATES, ROW_ACCOUNTS
from desirelines.terms import Batch, Terms


def used_rows(job: Job) -> int:
    """Events that the job's run brought in."""
    mine = job.warehouse.read(ROW_ACCOUNTS).filter((F.col("run_id") == job.run_id) & (F.col("fate") == "used"))
    return int(mine.agg(F.coalesce(F.sum("row_count"), F.lit(0))).collect()[0][0])


def has_account(job: Job, source: Source, batch: Batch) -> bool:
    """Whether a batch was finished: its account is what is written last."""
    mine = (F.col("ingest_batch") == batch.name) & (F.col("source") == source.name)
    return not job.warehouse.read(ROW_ACCOUNTS).filter(mine).select(F.lit(1)).isEmpty()


def write_account(job: Job, terms: Terms, account: dict[str, int], rows_read: int, batch: Batch) -> None:
    """Write the fates of a batch.

    Raises:
        AccountError: a row has no fate, or what stands in `events` is not what the account says.
    """
    name = terms.source.name
    written = _written(job, terms, batch, account.get("used", 0))
    if sum(account.values()) != rows_read or written != account.get("used", 0):
        raise AccountError(
            f"source '{name}': the row account does not add up: {rows_read:,} rows read, fates {account}, {written:,} events written. "
            "Nothing is published. This is a defect: please report it with these numbers."
        )
    rows = [(job.run_id, name, batch.name, fate, account[fate], rows_read) for fate in FATES if fate in account]
    if rows:
        job.warehouse.append_once(
            job.spark.createDataFrame(rows, ROW_ACCOUNTS.schema),
            ROW_ACCOUNTS,
            writer=terms.writer(batch),
            number=batch.number,
        )


def _written(job: Job, terms: Terms, batch: Batch, expected: int) -> int:
    """Rows of the batch in `events`, on whatever day.

    Statistics tell batches of one stream apart by their run only (Delta keeps 32 characters of a text, and names of such batches
    begin alike), so of a batch that no earlier try began the run's files are read, and all of the stream's only where they do not
    hold what is expected.
    """
    events = job.warehouse.read(EVENTS)
    mine = events.filter((F.col("ingest_batch") == batch.name) & (F.col("source") == terms.source.name))
    if not terms.is_begun and row_count(mine.filter(F.col("run_id") == job.run_id)) == expected:
        return expected
    return row_count(mine)
