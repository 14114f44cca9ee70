"""`export`: what changed in segments since a published run, as a file for an activation tool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import SettingsError
from desirelines.history.net_changes import to_net_changes
from desirelines.io.exports import checked_place, write_file
from desirelines.run.context import Run
from desirelines.tables import NET_CHANGES
from desirelines.views.history import published_changes
from desirelines.views.runs import newest_published

ORDER = ("sequence", "person_id", "segment_id")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was written.

    Attributes:
        output: its path.
        rows: number of rows.
        after: the sequence since which changes are in it.
        sequence: the sequence until which they are: `--after` of the next export.
        run_id: the run of that sequence.
    """

    output: str
    rows: int
    after: int
    sequence: int
    run_id: str


def export_changes(
    run: Run, output: str, *, after: int, until: int | None = None, overwrite: bool = False
) -> Export:
    """Write the net changes after one published run until another one, by default the newest.

    The rows are ordered, so that the same runs give the same bytes.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: there are no such runs, or the file cannot be one or holds something else.
        MachineError: the file cannot be written.
    """
    place = checked_place(output)
    newest_published(run)
    chain = run.ledger.published()
    last = len(chain) if until is None else until
    if not 0 <= after <= last or not 1 <= last <= len(chain):
        raise SettingsError(
            [
                f"export after {after} until {last}: {len(chain):,} runs are published. --after is "
                "a number from 0, which stands for everything, to that of --until; --until is at "
                f"most {len(chain)}"
            ]
        )
    changes = to_net_changes(published_changes(run), after=after, until=last)
    count = write_file(place, NET_CHANGES, _rows(changes), replaces=overwrite)
    return Export(str(place.resolve()), count, after, last, chain[last - 1].run_id)


def _rows(changes: DataFrame) -> Iterator[dict[str, Any]]:
    """The rows in their order, times in UTC, never all of them in the driver's memory."""
    # As a number: PySpark gives local times, where one hour in autumn comes twice.
    as_numbers = changes.withColumn("published_at", F.unix_micros("published_at"))
    for row in as_numbers.orderBy(*ORDER).toLocalIterator():
        values = row.asDict()
        moment = EPOCH + timedelta(microseconds=values["published_at"])
        yield values | {"published_at": moment}
