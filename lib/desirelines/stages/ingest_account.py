"""The row account of a batch: every row read has one fate, and every used row is in `events`."""

from __future__ import annotations

from typing import Any

from desirelines.errors import AccountError
from desirelines.run.context import Run
from desirelines.settings import Source
from desirelines.stages.ingest_terms import Batch
from desirelines.tables import FATES, ROW_ACCOUNTS


def used_rows(run: Run) -> int:
    """Events that the run ingested."""
    mine = run.warehouse.rows(ROW_ACCOUNTS, where={"run_id": [run.run_id], "fate": ["used"]})
    return sum(row["row_count"] for row in mine)


def has_account(run: Run, source: Source, batch: Batch) -> bool:
    """Whether a batch is finished: its account is written last."""
    mine = {"ingest_batch": [batch.name], "source": [source.name]}
    return bool(run.warehouse.rows(ROW_ACCOUNTS, where=mine))


def check_accounts(accounts: dict[str, dict[str, int]], rows_read: dict[str, int]) -> None:
    """Make sure that every row read has a fate. Both by source.

    Raises:
        AccountError: a row has none, or two.
    """
    for source, account in accounts.items():
        if sum(account.values()) != rows_read[source]:
            raise AccountError(
                f"source '{source}': the row account does not add up: {rows_read[source]:,} rows "
                f"read, fates {account}. Nothing is published. This is a defect: please report it "
                "with these numbers."
            )


def check_written(expected: int, written: int) -> None:
    """Make sure that `events` received as many rows as were used.

    Raises:
        AccountError: it did not.
    """
    if written != expected:
        raise AccountError(
            f"{expected:,} rows were used, but events received {written:,}. Nothing is published. "
            "Another driver may have written at the same time; if not, this is a defect: please "
            "report it with these numbers."
        )


def undecodable_rows(source: Source, count: int) -> str:
    """The message about rows with bytes that are not in the encoding of their file."""
    what = f"{source.name}: {count:,} rows have bytes that are not {source.encoding}"
    if source.format == "json":
        return f"{what}, as JSON must be; where they are in an identifier, the row is not used"
    return (
        f"{what}; where they are in an identifier, the row is not used. Give the files' `encoding` "
        f"in its mapping, and run `desirelines ingest-events --resync {source.name}`"
    )


def account_rows(
    run: Run, source: str, batch: str, account: dict[str, int], rows_read: int
) -> list[dict[str, Any]]:
    """The rows of a batch in `row_accounts`."""
    batch_facts = {"run_id": run.run_id, "source": source, "ingest_batch": batch}
    return [
        batch_facts | {"fate": fate, "row_count": account[fate], "rows_read": rows_read}
        for fate in FATES
        if fate in account
    ]
