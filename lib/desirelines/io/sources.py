"""Reading a source: what arrived since the last time, exactly once, as raw rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import urlparse

from pyspark.errors import AnalysisException, StreamingQueryException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.errors import SourceError
from desirelines.settings import Source, TimeColumn, json_path

BROKEN = "_broken_row"
_SPLIT_BITS, _ROW_BITS = 22, 33


@dataclass(frozen=True, slots=True)
class Found:
    """What is there of a source: its top-level columns (none for JSON, whose rows tell their own), and mapped ones that are not."""

    columns: list[str]
    absent: list[str]


def look_at(spark: SparkSession, source: Source) -> Found:
    """Look at a source's columns.

    Raises:
        SourceError: it is not there or cannot be read.
    """
    where = source.table or source.path or ""
    if source.path and not urlparse(source.path).scheme and not _is_there(Path(source.path)):
        raise SourceError(
            f"source '{source.name}': there is nothing at {source.path}. Mend `path` in its mapping, or pass --set sources.N.path=…"
        )
    try:
        schema = _static_schema(spark, source)
    except AnalysisException as error:
        raise SourceError(
            f"source '{source.name}': {where} cannot be read as {source.format}: {str(error).splitlines()[0]}"
        ) from None
    if source.format == "json":
        return Found([], [])
    return Found(schema.fieldNames(), [p for p in _mapped_paths(source) if not _has(schema, p, source)])


def check_source(spark: SparkSession, source: Source) -> list[str]:
    """Give the source's top-level columns, as `look_at`.

    Raises:
        SourceError: it is not there or cannot be read, or the mapping names columns it does not have.
    """
    found = look_at(spark, source)
    if found.absent:
        raise SourceError.missing_columns(source.name, source.table or source.path or "", found.absent, found.columns)
    return found.columns


def without(source: Source, absent: list[str]) -> Source:
    """The mapping without columns that the source no longer has: their values are null from now on.

    Raises:
        SourceError: no event can be made without one of them.
    """
    columns = source.columns
    gone = {
        name: None
        for name in type(columns).model_fields
        if (value := getattr(columns, name)) is not None
        and set(absent) & ({value.column} if isinstance(value, TimeColumn) else set(value.names))
    }
    ids = {t: i for t, i in source.ids.items() if i.column not in absent}
    stream = tuple(t for t in source.stream if t in ids)
    needed = sorted(gone.keys() & {"occurred_at", "event_name", *source.required})
    if needed or not stream or source.lines in absent:
        raise SourceError(
            f"source '{source.name}': {source.table or source.path} no longer has {', '.join(absent)}, and no event can be made "
            f"without {', '.join(needed) or 'an identifier of its stream, or the lines of its rows'}. Nothing was read. Bring the column back, or mend the mapping."
        )
    return source.model_copy(update={
        "columns": columns.model_copy(update=gone), "ids": ids, "stream": stream,
        "properties": tuple(p for p in source.properties if p not in absent),
        "alias": None if source.alias is not None and source.alias.column in absent else source.alias,
    })  # fmt: skip


def _is_there(path: Path) -> bool:
    """Whether there is something at a path, or something that a pattern fits."""
    return path.exists() or (any(c in path.name for c in "*?[{") and any(path.parent.glob(path.name)))


def sample(spark: SparkSession, source: Source, rows: int) -> DataFrame:
    """The first rows, as raw rows; for the doctor."""
    return _as_raw(_static(spark, source).limit(rows), source, F.lit(None).cast("string"), F.lit(None).cast("long"))


def is_empty(spark: SparkSession, source: Source) -> bool:
    """Whether the source has no row."""
    return _static(spark, source).select(F.lit(1)).isEmpty()


def _static(spark: SparkSession, source: Source) -> DataFrame:
    if source.table:
        return spark.read.table(source.table)
    reader = spark.read.format(_reader(source)).options(**_options(source))
    return (reader.schema(_read_schema(spark, source)) if source.format == "csv" else reader).load(source.path)


def ingest_new(
    spark: SparkSession,
    source: Source,
    *,
    checkpoint: str,
    max_files: int,
    on_batch: Callable[[DataFrame, str, int], None],
) -> int:
    """Hand every batch of rows that arrived since the last call to `on_batch(raw rows, query id, batch number)`; give their number.

    A batch that was interrupted comes again with the same number, so writes under that number happen once. The query id is
    stored with the checkpoint and is new with a new one.
    """
    stream = spark.readStream.option("maxFilesPerTrigger", str(max_files))
    if source.format == "delta":
        stream = stream.format("delta").option("skipChangeCommits", "true")
        found = stream.table(source.table) if source.table else stream.load(source.path)
        place: tuple[Column, ...] = (
            F.lit(None).cast("string").alias("_file"),
            F.lit(None).cast("long").alias("_split"),
        )
    else:
        reader = stream.format(_reader(source)).options(**_options(source)).schema(_read_schema(spark, source))
        found = reader.load(_folder(source))
        place = (F.col("_metadata.file_name").alias("_file"), F.col("_metadata.file_block_start").alias("_split"))
    batches = 0
    started = Event()
    failures: list[Exception] = []

    def handle(batch: DataFrame, number: int) -> None:
        nonlocal batches
        started.wait()  # the first batch may come before start() has returned the query
        batches += 1
        try:
            on_batch(with_places(batch, source), query.id, number)
        except Exception as error:
            failures.append(error)  # the stream would bring it back as text
            raise

    writer = found.select(F.struct("*").alias("_row"), *place).writeStream.foreachBatch(handle)
    query = writer.option("checkpointLocation", checkpoint).trigger(availableNow=True).start()
    started.set()
    try:
        query.awaitTermination()
    except StreamingQueryException as error:
        raise failures[0] if failures else error from None
    return batches


def stop_reading(spark: SparkSession) -> None:
    """Stop every source that is being read; what they were at comes again the next time."""
    for query in spark.streams.active:
        query.stop()


def with_places(batch: DataFrame, source: Source) -> DataFrame:
    """Raw rows of a batch; for an ordered source with the place of each row in its file, counted from 0 by one task a split."""
    row = batch.select("_row.*", "_file", "_split")
    if not source.ordered:
        return _as_raw(
            row,
            source,
            F.lit(None).cast("string") if source.format in ("delta", "parquet") else F.col("_file"),
            F.lit(None).cast("long"),
        )
    # Ids grow inside a task; a file's splits are told apart by where they begin (at least 4 MiB apart).
    counted = row.withColumn("_id", F.monotonically_increasing_id().bitwiseAND(F.lit((1 << _ROW_BITS) - 1)))
    counted = counted.withColumn("_place", F.shiftleft(F.shiftright("_split", _SPLIT_BITS), _ROW_BITS) + F.col("_id"))
    starts = counted.groupBy("_file", "_split").agg(F.min("_place").alias("_start"))
    placed = counted.join(F.broadcast(starts), ["_file", "_split"])
    base = F.shiftleft(F.shiftright("_split", _SPLIT_BITS), _ROW_BITS)
    return _as_raw(placed, source, F.col("_file"), F.col("_place") - F.col("_start") + base)


def raw_of_texts(spark: SparkSession, source: Source, texts: DataFrame) -> DataFrame:
    """Raw rows made again of the texts (column `raw`) that quarantine kept of them."""
    if source.format == "json":
        found = texts.select(F.col("raw").alias("value"))
    else:
        parsed = F.from_json("raw", _static_schema(spark, source))
        found = texts.select(parsed.alias("_row")).select("_row.*", F.lit(None).cast("string").alias(BROKEN))
    return _as_raw(found, source, F.lit(None).cast("string"), F.lit(None).cast("long"))


def _as_raw(found: DataFrame, source: Source, file_name: Column, file_place: Column) -> DataFrame:
    helpers = {"_file", "_split", "_id", "_place", "_start", BROKEN}
    names = [n for n in found.columns if n not in helpers]
    if source.format == "json":
        row = F.try_parse_json(F.col("value"))
        raw, broken = F.col("value"), row.isNull() | (F.schema_of_variant(row).startswith("OBJECT") == F.lit(False))
    else:
        row = F.struct(*(F.col(f"`{n}`") for n in names))
        raw = F.to_json(row)
        broken = F.col(BROKEN).isNotNull() if source.format == "csv" else F.lit(False)
        if source.format == "csv":
            raw = F.coalesce(F.col(BROKEN), raw)
    rows = found.select(
        row.alias("row"),
        raw.alias("raw"),
        broken.alias("is_broken"),
        file_name.alias("file_name"),
        file_place.alias("file_place"),
    )
    if source.lines is None:
        return rows
    if source.format == "json":
        elements = F.try_variant_get("row", json_path(source.lines), "array<variant>")
    else:
        elements = F.col("row." + ".".join(f"`{p}`" for p in source.lines.split(".")))
    return rows.withColumn("line", F.explode_outer(elements))


def _reader(source: Source) -> str:
    return "text" if source.format == "json" else source.format


def _options(source: Source) -> dict[str, str]:
    if source.format != "csv":
        return {}
    return {
        "header": "true",
        "enforceSchema": "false",
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": BROKEN,
        "multiLine": "true",
        "escape": '"',
    }


def _folder(source: Source) -> str:
    """Streams read folders; a single file is read through a pattern that only it fits."""
    path = source.path or ""
    if urlparse(path).scheme or not Path(path).is_file():
        return path
    return str(Path(path).parent / f"{{{Path(path).name}}}")


def _static_schema(spark: SparkSession, source: Source) -> T.StructType:
    if source.table:
        return spark.read.table(source.table).schema
    if source.format == "csv":
        return spark.read.options(header="true", multiLine="true", escape='"').csv(source.path or "").schema
    return spark.read.format(_reader(source)).load(source.path).schema


def _read_schema(spark: SparkSession, source: Source) -> T.StructType:
    schema = _static_schema(spark, source)
    return T.StructType([*schema.fields, T.StructField(BROKEN, T.StringType())]) if source.format == "csv" else schema


def _mapped_paths(source: Source) -> list[str]:
    columns = source.columns
    times = [t.column for t in (columns.occurred_at, columns.sent_at, columns.received_at) if t]
    values = [
        n
        for name in type(columns).model_fields
        if (v := getattr(columns, name)) and hasattr(v, "names")
        for n in v.names
    ]
    ids = [i.column for i in (*source.ids.values(), *([source.alias] if source.alias else []))]
    return list(dict.fromkeys([*times, *values, *ids, *source.properties, *([source.lines] if source.lines else [])]))


def _has(schema: T.StructType, path: str, source: Source) -> bool:
    parts = path.split(".")
    here: T.DataType = schema
    if source.lines and parts[0] == "line":
        parts = [*source.lines.split("."), *parts[1:]]
    for part in parts:
        if isinstance(here, T.ArrayType):
            here = here.elementType
        if not isinstance(here, T.StructType) or part not in here.fieldNames():
            return False
        here = here[part].dataType
    return True
