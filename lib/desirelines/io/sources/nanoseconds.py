"""Times in nanoseconds in Parquet files, such as pandas writes; Spark reads them as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.io.sources.symlinks import is_hidden, local_path, matches
from desirelines.io.tables.addresses import quoted

_HAS_ZONE = "nanoseconds_have_a_zone"
_FILES_TRIED = 10


def with_nanoseconds(schema: T.StructType, path: str) -> T.StructType:
    """The columns of Parquet files with a mark on those that hold times in nanoseconds.

    The first file that can be read says which they are. Only files on this machine are looked at,
    and only columns that are not nested.
    """
    has_numbers = any(isinstance(field.dataType, T.LongType) for field in schema.fields)
    root = local_path(path) if has_numbers else None
    if root is None:
        return schema
    has_zone = _times_in(root)
    return T.StructType(
        [
            T.StructField(f.name, f.dataType, f.nullable, {_HAS_ZONE: has_zone[f.name]})
            if f.name in has_zone and isinstance(f.dataType, T.LongType)
            else f
            for f in schema.fields
        ]
    )


def to_times(rows: DataFrame, schema: T.StructType) -> DataFrame:
    """Rows with times in the place of marked numbers, cut to microseconds.

    A time that was written without a zone stays without one.
    """
    has_zone = {f.name: f.metadata[_HAS_ZONE] for f in schema.fields if _HAS_ZONE in f.metadata}
    if not has_zone:
        return rows
    return rows.withColumns({name: _time(name, is_zoned) for name, is_zoned in has_zone.items()})


def _time(name: str, has_zone: bool) -> Column:
    time = F.timestamp_micros(F.call_function("div", F.col(quoted(name)), F.lit(1000)))
    return time if has_zone else time.cast("timestamp_ntz")


def _times_in(root: Path) -> dict[str, bool]:
    """Columns of times in nanoseconds, and whether they have a zone."""
    # Imported here, as only Parquet files need it.
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in islice(_files(root), _FILES_TRIED):
        with suppress(OSError, pa.ArrowException):
            kinds = {field.name: field.type for field in pq.read_schema(file)}
            times = {n: k for n, k in kinds.items() if pa.types.is_timestamp(k) and k.unit == "ns"}
            return {name: kind.tz is not None for name, kind in times.items()}
    return {}


def _files(root: Path) -> Iterator[Path]:
    for place in matches(root):
        if place.is_file():
            yield place
        for file in place.rglob("*"):
            parts = file.relative_to(place).parts
            if file.is_file() and not any(is_hidden(part) for part in parts):
                yield file
