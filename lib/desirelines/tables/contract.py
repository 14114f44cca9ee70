"""What a contract of a table is, and the columns and words that several tables share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import types as T

MONEY = T.DecimalType(18, 4)
RATE = T.DecimalType(18, 8)
TEXT, WHOLE, REAL, INSTANT, DAY, FLAG = (
    T.StringType(), T.LongType(), T.DoubleType(), T.TimestampType(), T.DateType(), T.BooleanType(),
)  # fmt: skip
TEXTS, WHOLES = T.ArrayType(TEXT), T.ArrayType(WHOLE)

FATES: tuple[str, ...] = (
    "suppressed",
    "quarantined",
    "late",
    "duplicate",
    "conflict",
    "unchanged",
    "used",
)
"""What became of a source row; the first that fits."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Attributes:
        name: `_id` key, `_at` UTC timestamp, `_on` date, `is_`/`has_` boolean, `_count`, `_seconds`, `_share`.
        type: Spark type; flat, or an array one level deep.
        meaning: what a value says, and what null says where null may be.
        unit: unit, empty where the value has none.
        personal: whether a value is about one person; such a column never gets file statistics.
    """

    name: str
    type: T.DataType
    meaning: str
    unit: str = ""
    personal: bool = False

    @property
    def comment(self) -> str:
        """The column comment written to the table."""
        return f"{self.meaning} [{self.unit}]" if self.unit else self.meaning


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of one table.

    Attributes:
        name: table name, the last part of its address.
        grain: what one row is.
        key: columns that tell two rows apart.
        columns: all columns, in order.
        erased_by: columns by which a person's rows are found; empty when the table holds no person.
        written: how rows get in.
        partition_by: columns of the file layout; never a person.
        kept: how long rows stay.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    erased_by: tuple[str, ...]
    written: Literal[
        "append",
        "merge",
        "replace days",
        "replace as_of",
        "replace run",
        "replace all",
        "close and open",
    ]
    partition_by: tuple[str, ...] = ()
    kept: str = "as long as the warehouse"

    @property
    def schema(self) -> T.StructType:
        """The Spark schema, a comment on every column."""
        return T.StructType(
            [T.StructField(c.name, c.type, True, {"comment": c.comment}) for c in self.columns]
        )

    @property
    def column_names(self) -> list[str]:
        """Column names in order."""
        return [c.name for c in self.columns]

    @property
    def is_staged(self) -> bool:
        """Whether a run's rows stand here before it is published."""
        return self.written == "replace run"

    @property
    def for_readers(self) -> str:
        """What a reader has to know before they take every row; empty when every row counts."""
        if not self.is_staged:
            return ""
        return (
            "Rows are staged: take those of published runs only (`run_id` of the rows of `runs` with status PUBLISHED). Others are of runs "
            "that are under way, were backfills, failed or were killed"
        ) + ("; the last are swept when their lease is over." if self.erased_by else ".")

    @property
    def statistics_columns(self) -> list[str]:
        """Columns whose file minimum and maximum may stand in the log: not personal, not an array, no free text."""
        plain = T.LongType | T.DateType | T.TimestampType | T.DoubleType
        named = {"run_id", "source", "ingest_batch", "from_run", "segment_id", "phase", "status"}
        return [
            c.name
            for c in self.columns
            if ((not c.personal and isinstance(c.type, plain)) or c.name in named)
            and c.name not in self.partition_by
        ]

    @property
    def properties(self) -> dict[str, str]:
        """Delta properties: reader version 1, nothing that keeps a second copy of a row, no key in any statistic."""
        return {
            "delta.enableDeletionVectors": "false",
            "delta.enableChangeDataFeed": "false",
            "delta.enableRowTracking": "false",
            "delta.columnMapping.mode": "none",
            "delta.checkpointPolicy": "classic",
            "delta.dataSkippingStatsColumns": ",".join(self.statistics_columns),
            "delta.deletedFileRetentionDuration": "interval 7 days",
            "delta.logRetentionDuration": "interval 7 days",
        }


def person_column(name: str, meaning: str) -> Column:
    """A text column that is about one person."""
    return Column(name, TEXT, meaning, personal=True)


RUN_ID = Column("run_id", TEXT, "the run that wrote the row")
BUCKET = Column(
    "bucket",
    WHOLE,
    "pmod(xxhash64(first erasing column), buckets): spreads people evenly, names nobody",
)
STREAM_ID = person_column("stream_id", "key of the identifier that the source names as its stream")
USER_KEY = person_column("user_key", "key of the login carried; null when nobody was logged in")
PERSON_ID = person_column("person_id", "the person: key of the earliest-seen identifier of theirs")

SMALL_GROUP = 10
"""Groups of fewer people than this are not written to tables that outlive an erasure."""
EVERYBODY = "all"
"""What tables per segment have for segment_id where a row is of everybody."""
