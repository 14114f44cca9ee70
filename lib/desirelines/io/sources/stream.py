"""What arrived at a source since the last time, exactly once, as raw rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from urllib.parse import urlparse

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.errors import SourceError
from desirelines.io.sources.mixed_files import differ_in_columns, read_by_kind, read_files
from desirelines.io.sources.readers import (
    ROW,
    absent_paths,
    as_raw,
    read_schema,
    reader_of,
    with_row,
)
from desirelines.io.sources.symlinks import check_links
from desirelines.io.tables.addresses import quoted
from desirelines.settings import Source

_SPLIT_BITS, _ROW_BITS = 22, 33
_LISTED_BY_STREAM = ("csv", "parquet")
"""Formats whose files the stream only lists: one reader for all files of a batch would take the columns of one for those of all."""

RowsOf = Callable[[Source], DataFrame]
"""Gives a batch's raw rows by a mapping of its source: that of now, or that by which the batch was begun."""


def ingest_new(
    spark: SparkSession,
    source: Source,
    *,
    checkpoint: str,
    max_files: int,
    on_batch: Callable[[RowsOf, str, int], None],
    tell: Callable[[str], None],
) -> int:
    """Hand every batch of rows that arrived since the last call to `on_batch(raw rows by a mapping, query id, batch number)`; give their number.

    A batch that was interrupted comes again with the same number, so writes under that number happen once. The query id is
    stored with the checkpoint and is new with a new one. Where files of a batch differ in their columns, that is told, and
    `on_batch` is called once more: its first look at the rows, before it writes any, ends in the readers' error.

    Raises:
        SourceError: files of a batch lack columns that no event can be made without, or are links that lead out of the folder; or
            the path was changed in the middle of a batch.
    """
    batches = 0
    started = Event()
    failures: list[Exception] = []

    def rows_of(batch: DataFrame, files: list[str] | None) -> RowsOf:
        def rows(mapping: Source) -> DataFrame:
            if files is None:
                return with_places(batch, mapping)
            schema = read_schema(batch.sparkSession, mapping)
            if absent_paths(
                schema, mapping
            ):  # of a batch that was begun when the folder's files had other columns
                return rows_by_kind(batch, files)(mapping)
            return with_places(
                _placed(read_files(batch.sparkSession, mapping, files, schema, _folder(mapping))),
                mapping,
            )

        return rows

    def rows_by_kind(batch: DataFrame, files: list[str]) -> RowsOf:
        return lambda mapping: with_places(
            _placed(read_by_kind(batch.sparkSession, mapping, files, _folder(mapping), tell)),
            mapping,
        )

    def handle(batch: DataFrame, number: int) -> None:
        nonlocal batches
        started.wait()  # the first batch may come before start() has returned the query
        batches += 1
        files = (
            sorted(r[0] for r in batch.select("path").collect())
            if source.format in _LISTED_BY_STREAM
            else None
        )
        try:
            check_links(
                source.path, f"source '{source.name}'"
            )  # the stream lists by itself, and later than we looked
            try:
                on_batch(rows_of(batch, files), query.id, number)
            except Exception as error:
                if files is None or not differ_in_columns(error):
                    raise
                on_batch(rows_by_kind(batch, files), query.id, number)
        except Exception as error:
            failures.append(error)  # the stream would bring it back as text
            raise

    writer = _stream(spark, source, max_files).writeStream.foreachBatch(handle)
    query = writer.option("checkpointLocation", checkpoint).trigger(availableNow=True).start()
    started.set()
    try:
        query.awaitTermination()
    except StreamingQueryException as error:
        if not failures and "Wrong basePath" in str(error):
            raise SourceError(
                f"source '{source.name}': a batch of it was begun from files in another place than its `path` names now, and not finished. "
                f"Set `path` back for one `desirelines ingest-events`, or read the source anew: `desirelines ingest-events --resync {source.name}`"
            ) from None
        raise failures[0] if failures else error from None
    return batches


def stop_reading(spark: SparkSession) -> None:
    """Stop every source that is being read; what they were at comes again the next time."""
    for query in spark.streams.active:
        query.stop()


def with_places(batch: DataFrame, source: Source) -> DataFrame:
    """Raw rows of a batch; for an ordered source with the place of each row in its file, counted from 0 by one task a split."""
    batch = _with_absent(batch, source)
    if not source.ordered:
        file_name = F.col("_file") if source.tells_files else F.lit(None).cast("string")
        return as_raw(batch, source, file_name, F.lit(None).cast("long"))
    # Ids grow inside a task; a file's splits are told apart by where they begin (at least 4 MiB apart).
    counted = batch.withColumn(
        "_id", F.monotonically_increasing_id().bitwiseAND(F.lit((1 << _ROW_BITS) - 1))
    )
    counted = counted.withColumn(
        "_place", F.shiftleft(F.shiftright("_split", _SPLIT_BITS), _ROW_BITS) + F.col("_id")
    )
    starts = counted.groupBy("_file", "_split").agg(F.min("_place").alias("_start"))
    placed = counted.join(F.broadcast(starts), ["_file", "_split"])
    base = F.shiftleft(F.shiftright("_split", _SPLIT_BITS), _ROW_BITS)
    return as_raw(placed, source, F.col("_file"), F.col("_place") - F.col("_start") + base)


def _with_absent(batch: DataFrame, source: Source) -> DataFrame:
    """Rows with every column that the mapping names; null where the source has it no longer."""
    row = batch.select(ROW).schema[ROW].dataType
    if source.format == "json" or not isinstance(row, T.StructType):
        return batch
    gone = {p.split(".")[0] for p in absent_paths(row, source)} - set(row.fieldNames())
    filled = F.col(ROW)
    for name in sorted(gone):
        filled = filled.withField(quoted(name), F.lit(None).cast("string"))
    return batch.withColumn(ROW, filled) if gone else batch


def _stream(spark: SparkSession, source: Source, max_files: int) -> DataFrame:
    """What a batch is made of: the files' paths, or the rows with the places they lie at."""
    stream = spark.readStream.option("maxFilesPerTrigger", str(max_files))
    if source.format in _LISTED_BY_STREAM:
        listed = stream.format("binaryFile").schema(
            "path string, modificationTime timestamp, length long, content binary"
        )
        return listed.load(_folder(source)).select("path")
    if source.format == "delta":
        stream = stream.format("delta").option("skipChangeCommits", "true")
        found = stream.table(source.table) if source.table else stream.load(source.path)
        return with_row(found, _file=F.lit(None).cast("string"), _split=F.lit(None).cast("long"))
    return _placed(
        stream.format(reader_of(source)).schema(read_schema(spark, source)).load(_folder(source))
    )


def _placed(found: DataFrame) -> DataFrame:
    if "_file" in found.columns:
        columns = [F.col(quoted(c)) for c in found.columns if c not in ("_file", "_split")]
        return found.select(F.struct(*columns).alias(ROW), "_file", "_split")
    return with_row(
        found, _file=F.col("_metadata.file_name"), _split=F.col("_metadata.file_block_start")
    )


def _folder(source: Source) -> str:
    """Streams read folders; a single file is read through a pattern that only it fits."""
    path = source.path or ""
    if urlparse(path).scheme or not Path(path).is_file():
        return path
    return str(Path(path).parent / f"{{{Path(path).name}}}")
