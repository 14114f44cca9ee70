"""A source and its raw rows, small enough for a test."""

from datetime import UTC, datetime

from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.events.parse import to_mapped_events
from desirelines.settings import Settings, Source
from tests.support.tables import table

SECRET = b"a secret that only the tests use"
READ_AT = datetime(2026, 3, 10, tzinfo=UTC)


def source(**changes) -> Source:
    plain = {
        "name": "shop", "format": "parquet", "path": "x", "stream": ["cookie", "user"],
        "columns": {"occurred_at": "t", "event_name": "e", "event_id": "id", "amount": "paid"},
        "ids": {"cookie": "c", "user": "u"}, "kinds": {"buy": "purchase", "look": "page"},
    }  # fmt: skip
    return Source.model_validate(plain | changes)


def raw_rows(spark, text, of: Source):
    """Raw rows as a reader gives them: the columns in `row`, the text in `raw`."""
    found = table(spark, text)
    names = [
        n
        for n in found.columns
        if n not in ("file_name", "n:file_place", "file_place", "expected", "reasons")
    ]
    keep = {n: F.col(n) if n in found.columns else F.lit(None) for n in ("file_name", "file_place")}
    return found.select(
        F.struct(*names).alias("row"), F.to_json(F.struct(*names)).alias("raw"),
        F.xxhash64(F.to_json(F.struct(*names))).alias("row_hash"), F.lit(False).alias("is_broken"),
        keep["file_name"].cast("string").alias("file_name"),
        keep["file_place"].cast("long").alias("file_place"),
    )  # fmt: skip


def mapped(spark, text, of: Source, settings: Settings | None = None):
    return to_mapped_events(
        raw_rows(spark, text, of),
        secret_pads(spark, SECRET),
        of,
        settings or Settings(),
        read_at=READ_AT,
    )
