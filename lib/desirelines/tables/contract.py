"""The contract of a table, and the columns and words that several tables share."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
"""What became of a source row. The first fate that fits counts."""


CONTRACT = "desirelines.contract"
"""The property of a table that says the version of its contract."""
RETENTION_DAYS = 7
"""Days that files stay which no version needs any more, and that commits stay in the log."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Attributes:
        name: `_id` key, `_at` UTC timestamp, `_on` date, `is_`/`has_` boolean, `_count`,
            `_seconds`, `_share`.
        type: Spark type; flat, or an array one level deep.
        meaning: what a value means, and what null means where null can occur.
        unit: unit; empty where the value has none.
        personal: whether a value is about one person; such a column never gets file statistics.
        since: version of the contract in which the column came; null in rows that are older.
    """

    name: str
    type: T.DataType
    meaning: str
    unit: str = ""
    personal: bool = False
    since: int = 1

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
        key: columns that identify a row.
        columns: all columns, in order.
        erased_by: columns by which a person's rows are found; empty when no row is about a person.
        written: how rows are written.
        partition_by: columns of the file layout; never about a person.
        period_of: the column of days that `period_on`, the layout's period, is made of; none when
            empty. Whoever writes the table adds `period_on`.
        kept: how long rows are kept.
        expires_by: how old rows are told, for `desirelines maintain` and the stages that drop them:
            by `expires_on`, the first day on which a row goes, or by `run_id`, as only those of the
            newest `evidence.keep_runs` runs stay. Rows stay for good when empty.
        version: version of this contract. A column that comes later raises it, and names it in its
            `since`; `desirelines maintain` brings older tables to it.
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
    period_of: str = ""
    kept: str = "as long as the warehouse"
    expires_by: Literal["", "expires_on", "run_id"] = ""
    version: int = 1

    @property
    def schema(self) -> T.StructType:
        """The Spark schema, with a comment on every column."""
        return schema_of(self.columns)

    @property
    def column_names(self) -> list[str]:
        """Column names in order."""
        return [c.name for c in self.columns]

    @property
    def unfiled(self) -> Table:
        """The contract of rows before they are filed by the layout's period."""
        columns = tuple(c for c in self.columns if c.name != PERIOD_ON.name)
        return replace(self, columns=columns, partition_by=(), period_of="")

    @property
    def is_staged(self) -> bool:
        """Whether a run writes its rows here before it is published."""
        return self.written == "replace run"

    @property
    def for_readers(self) -> str:
        """A warning for readers of the table; empty when every row counts."""
        if not self.is_staged:
            return ""
        return (
            "Rows are staged: read only those of published runs (`run_id` of the rows of `runs` "
            "with status PUBLISHED). Other rows belong to runs that are in progress, were "
            "backfills, failed or were killed"
        ) + ("; those of killed runs are deleted when their lease ends." if self.erased_by else ".")

    @property
    def description(self) -> str:
        """The table's comment: grain, key, and what readers must know."""
        return f"{self.grain}. Key: {', '.join(self.key)}. {self.for_readers}".rstrip()

    @property
    def statistics_columns(self) -> list[str]:
        """Columns that may have file statistics: not personal, no array, no free text."""
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
        """Delta properties of the table.

        They give reader version 1, no second copy of any row, and no key in file statistics.
        """
        return {
            "delta.enableDeletionVectors": "false",
            "delta.enableChangeDataFeed": "false",
            "delta.enableRowTracking": "false",
            "delta.columnMapping.mode": "none",
            "delta.checkpointPolicy": "classic",
            "delta.dataSkippingStatsColumns": ",".join(self.statistics_columns),
            "delta.deletedFileRetentionDuration": f"interval {RETENTION_DAYS} days",
            "delta.logRetentionDuration": f"interval {RETENTION_DAYS} days",
            CONTRACT: str(self.version),
        }


@dataclass(frozen=True, slots=True)
class View:
    """The contract of rows that are made from tables when they are asked for, and never stored.

    Attributes:
        name: name of the view.
        grain: what one row is.
        key: columns that identify a row.
        columns: all columns, in order.
        made_of: names of the tables that it reads.
        for_readers: what a reader must know.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    made_of: tuple[str, ...]
    for_readers: str = ""

    @property
    def schema(self) -> T.StructType:
        """The Spark schema, with a comment on every column."""
        return schema_of(self.columns)

    @property
    def column_names(self) -> list[str]:
        """Column names in order."""
        return [c.name for c in self.columns]


def schema_of(columns: tuple[Column, ...]) -> T.StructType:
    """The Spark schema of these columns, with a comment on each."""
    return T.StructType(
        [T.StructField(c.name, c.type, True, {"comment": c.comment}) for c in columns]
    )


def person_column(name: str, meaning: str) -> Column:
    """A text column that is about one person."""
    return Column(name, TEXT, meaning, personal=True)


RUN_ID = Column("run_id", TEXT, "the run that wrote the row")
BUCKET = Column(
    "bucket",
    WHOLE,
    "pmod(xxhash64(first erasing column), buckets): spreads people evenly, identifies nobody",
)
PERIOD_ON = Column(
    "period_on",
    DAY,
    "first UTC day of the day, week or month that the row is filed under, as the table's property "
    "desirelines.period says",
)
STREAM_ID = person_column("stream_id", "key of the identifier that the source uses as its stream")
USER_KEY = person_column(
    "user_key", "key of the login of the event; null when nobody was logged in"
)
PERSON_ID = person_column("person_id", "the person: key of their identifier that was seen first")

SMALL_GROUP = 10
"""Groups of fewer people than this are not written to tables that outlive an erasure."""
EVERYBODY = "all"
"""The segment_id of rows about everybody in tables per segment."""
ONE_GROUP = "one group: "
"""Begin of the verdict on a fit that found no groups; the reason follows."""
