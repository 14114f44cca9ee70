"""Raw rows that arrived at a source since the last time, each exactly once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from urllib.parse import urlparse

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException, StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.utils import is_remote

from desirelines.io.sources.csv_header import has_names_of_ours
from desirelines.io.sources.inbox import hand_on, inbox_of, saver
from desirelines.io.sources.mixed_files import differ_in_columns, read_by_kind, read_files
from desirelines.io.sources.nested_folders import lookup_of
from desirelines.io.sources.readers import (
    FILE,
    ROW,
    SPLIT,
    absent_paths,
    as_raw,
    read_schema,
    with_row,
)
from desirelines.io.sources.stream_errors import as_source_error, as_table_error
from desirelines.io.sources.symlinks import check_links
from desirelines.io.sources.unreadable import file_name, unreadable_file, with_unreadable
from desirelines.io.tables.addresses import quoted
from desirelines.settings import Source, name_parts

_SPLIT_BITS, _ROW_BITS = 22, 33
RowsOf = Callable[[Source], DataFrame]
"""Gives a batch's raw rows by a mapping: the current one, or that of the batch's begin."""


def ingest_new(
    spark: SparkSession,
    source: Source,
    *,
    name: str,
    checkpoint: str,
    max_files: int,
    on_batch: Callable[[RowsOf, str, int], None],
    tell: Callable[[str], None],
    tell_unreadable: Callable[[list[str]], None],
) -> int:
    """Hand every batch of rows that arrived since the last call to `on_batch`; give their number.

    `on_batch` takes the raw rows by a mapping, the query id and the batch number. An interrupted
    batch comes again with the same number, so writes under that number happen once. The query id is
    stored with the checkpoint; a new checkpoint has a new one. If files of a batch differ in their
    columns, this is reported and `on_batch` is called again with reconciled rows. That is safe,
    because the first call fails on reading, before it writes. In the same way a file that cannot be
    read is left out, with one broken row in its place; `tell_unreadable` gets such files' names.
    Spark's web page shows its jobs under the `name`, which no other stream may have.

    Raises:
        SourceError: files of a batch lack columns that no event can be made without, or are links
            that lead out of the folder; or the stream cannot go on from its checkpoint.
    """
    batches = _Batches(source, on_batch, tell, tell_unreadable)
    inbox = inbox_of(checkpoint)
    is_elsewhere = is_remote()
    take = saver(inbox) if is_elsewhere else batches.take_next
    try:
        writer = _stream(spark, source, max_files).writeStream.foreachBatch(take)
        writer = writer.queryName(name).option("checkpointLocation", checkpoint)
        query = writer.trigger(availableNow=True).start()
    except (PySparkException, Py4JJavaError) as error:
        raise as_source_error(source, error) from None
    batches.query_id = query.id
    try:
        if is_elsewhere:
            query.awaitTermination()
        # What arrived over Connect, now or with a command that died; it comes before later batches.
        batches.let_through(lambda: hand_on(spark, inbox, batches.take))
        query.awaitTermination()
    except StreamingQueryException as error:
        raise (batches.failures or [as_source_error(source, error)])[0] from None
    return batches.count


class _BatchFailedError(Exception):
    """Stops a stream, without the error's own text.

    Spark searches that text for an error of Python, and a long one overflows its stack.
    """


class _Batches:
    """Hands the batches of one stream to `on_batch`; counts them and keeps their failures."""

    def __init__(
        self,
        source: Source,
        on_batch: Callable[[RowsOf, str, int], None],
        tell: Callable[[str], None],
        tell_unreadable: Callable[[list[str]], None],
    ) -> None:
        self.count = 0
        self.failures: list[Exception] = []
        self.query_id = ""
        self._source = source
        self._on_batch = on_batch
        self._tell = tell
        self._tell_unreadable = tell_unreadable
        self._open = Event()

    def let_through(self, first: Callable[[], None]) -> None:
        """Do this first, then let the stream's batches through; none if it fails."""
        try:
            first()
        except Exception as error:
            self.failures.append(error)
            raise
        finally:
            self._open.set()

    def take_next(self, batch: DataFrame, number: int) -> None:
        """Take a batch of the stream, once batches are let through."""
        self._open.wait()  # the first batch may come before start() has returned the query
        if self.failures:
            raise _BatchFailedError
        try:
            self.take(batch, number)
        except Exception:
            raise _BatchFailedError from None

    def take(self, batch: DataFrame, number: int) -> None:
        """Hand one batch on."""
        self.count += 1
        files = self._files_of(batch)  # its errors are the stream's own: see `ingest_new`
        try:
            self._hand_on(batch, number, files)
        except Exception as error:
            self.failures.append(error)  # the stream would return it as text only
            raise

    def _files_of(self, batch: DataFrame) -> list[str] | None:
        """The batch's files; None for a Delta table, of which the stream gives the rows."""
        if self._source.format == "delta":
            return None
        # A file whose name has * or ? makes Spark list the others of its batch twice.
        return sorted({r[0] for r in batch.select("path").collect()})

    def _hand_on(self, batch: DataFrame, number: int, files: list[str] | None) -> None:
        # The stream lists files by itself, later than the check before it.
        check_links(self._source.path, f"source '{self._source.name}'")
        if files is None:
            try:
                self._on_batch(partial(with_places, batch), self.query_id, number)
            except Exception as error:
                raise (as_table_error(self._source, error) or error) from None
            return
        unreadable: list[str] = []
        is_by_kind = False
        while True:
            left = [file for file in files if file not in unreadable]
            rows_of = _rows_by_kind if is_by_kind else _rows_of
            try:
                rows = rows_of(batch.sparkSession, left, self._tell)
                self._on_batch(_and_unreadable(rows, unreadable), self.query_id, number)
            except Exception as error:
                file = unreadable_file(error, left)
                if not is_by_kind and differ_in_columns(error):
                    is_by_kind = True
                elif file is not None:
                    unreadable.append(file)
                else:
                    raise
            else:
                break
        self._tell_unreadable([file_name(file) for file in unreadable])


def _rows_of(spark: SparkSession, files: list[str], tell: Callable[[str], None]) -> RowsOf:
    """The rows of files, all by one schema where that holds the mapped columns."""

    def rows(mapping: Source) -> DataFrame:
        schema = read_schema(spark, mapping)
        if absent_paths(schema, mapping) or has_names_of_ours(schema):
            # The batch was begun when the folder's files had other columns, or Spark cannot compare
            # the names of all its files with these.
            return _rows_by_kind(spark, files, tell)(mapping)
        by_schema = read_files(spark, mapping, files, schema, _folder(mapping))
        return with_places(_placed(by_schema), mapping)

    return rows


def _rows_by_kind(spark: SparkSession, files: list[str], tell: Callable[[str], None]) -> RowsOf:
    """The rows of files, grouped by their columns."""

    def rows(mapping: Source) -> DataFrame:
        by_kind = read_by_kind(spark, mapping, files, _folder(mapping), tell)
        return with_places(_placed(by_kind), mapping)

    return rows


def _and_unreadable(rows: RowsOf, files: list[str]) -> RowsOf:
    """The rows, and one for each unreadable file."""
    return lambda mapping: with_unreadable(rows(mapping), files)


def in_session(spark: SparkSession, rows: DataFrame) -> DataFrame:
    """The rows as those of this session: a stream's batches have a session of their own.

    A plan runs in the session of its first rows, and reports to that one alone what it observed of
    all of them. Spark optimises the rows that come first here, none, away.
    """
    nulls = (F.lit(None).cast(f.dataType).alias(f.name) for f in rows.schema.fields)
    none = spark.range(1).filter(F.lit(False)).select(*nulls)
    return none.union(rows)


def stop_reading(spark: SparkSession) -> None:
    """Stop every source that is being read; interrupted batches come again next time."""
    for query in spark.streams.active:
        query.stop()


def with_places(batch: DataFrame, source: Source) -> DataFrame:
    """Raw rows of a batch; for an ordered source with the place of each row in its file.

    Places count from 0. One task counts each split of a file.
    """
    batch = _with_absent(batch, source)
    if not source.ordered:
        file_name = F.col(FILE) if source.tells_files else F.lit(None).cast("string")
        return as_raw(batch, source, file_name, F.lit(None).cast("long"))
    # Ids grow inside a task; a file's splits differ in where they begin (at least 4 MiB apart).
    counted = batch.withColumn(
        "_id", F.monotonically_increasing_id().bitwiseAND(F.lit((1 << _ROW_BITS) - 1))
    )
    counted = counted.withColumn(
        "_place", F.shiftleft(F.shiftright(SPLIT, _SPLIT_BITS), _ROW_BITS) + F.col("_id")
    )
    starts = counted.groupBy(FILE, SPLIT).agg(F.min("_place").alias("_start"))
    placed = counted.join(F.broadcast(starts), [FILE, SPLIT])
    base = F.shiftleft(F.shiftright(SPLIT, _SPLIT_BITS), _ROW_BITS)
    return as_raw(placed, source, F.col(FILE), F.col("_place") - F.col("_start") + base)


def _with_absent(batch: DataFrame, source: Source) -> DataFrame:
    """Rows with every column that the mapping names; null where the source no longer has it."""
    row = batch.select(ROW).schema[ROW].dataType
    if source.format == "json" or not isinstance(row, T.StructType):
        return batch
    gone = {name_parts(p)[0] for p in absent_paths(row, source)} - set(row.fieldNames())
    filled = F.col(ROW)
    for name in sorted(gone):
        filled = filled.withField(quoted(name), F.lit(None).cast("string"))
    return batch.withColumn(ROW, filled) if gone else batch


def _stream(spark: SparkSession, source: Source, max_files: int) -> DataFrame:
    """The stream of a Delta table's rows, or of the files' paths.

    Files are only listed, because one reader for all files of a batch would apply the columns of
    one file to all.
    """
    stream = spark.readStream.option("maxFilesPerTrigger", str(max_files))
    if source.format == "delta":
        stream = stream.format("delta").option("skipChangeCommits", "true")
        rows = stream.table(source.table) if source.table else stream.load(source.path)
        return with_row(rows, **{FILE: F.lit(None).cast("string"), SPLIT: F.lit(None).cast("long")})
    listed = (
        stream.format("binaryFile")
        .options(**lookup_of(source.path))
        .schema("path string, modificationTime timestamp, length long, content binary")
    )
    return listed.load(_folder(source)).select("path")


def _placed(rows: DataFrame) -> DataFrame:
    if FILE in rows.columns:
        columns = [F.col(quoted(c)) for c in rows.columns if c not in (FILE, SPLIT)]
        return rows.select(F.struct(*columns).alias(ROW), FILE, SPLIT)
    file_part = rows.metadataColumn("_metadata")  # a file may have a column of this name
    return with_row(rows, **{FILE: file_part["file_name"], SPLIT: file_part["file_block_start"]})


def _folder(source: Source) -> str:
    """The folder to read; a single file becomes a pattern that only it fits."""
    path = source.path or ""
    if urlparse(path).scheme or not Path(path).is_file():
        return path
    return str(Path(path).parent / f"{{{Path(path).name}}}")
