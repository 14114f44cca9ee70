"""Parquet files decoded: every value of every column, dictionaries, and the footer."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from desirelines.erasure.ways import COLUMNS, DICTIONARIES, FOOTER
from desirelines.io.scan.notes import Notes, masked

ROWS_AT_ONCE = 1 << 16
_ARROW_SCHEMA = b"ARROW:schema"
_BYTES_OF_A_NUMBER, _BYTES_OF_HEADERS = 4, 4096


def scan_parquet(source: Any, notes: Notes) -> None:
    """Search all that a Parquet file says.

    Raises:
        pyarrow.ArrowException, OSError, NotImplementedError: it is broken, encrypted, or of a kind
            that pyarrow does not know.
    """
    metadata = pq.read_metadata(source)
    if FOOTER in notes.ways:
        _footer(metadata, notes)
    coded = _dictionary_columns(metadata) if DICTIONARIES in notes.ways else []
    if COLUMNS not in notes.ways and not coded:
        return
    file = pq.ParquetFile(source, metadata=metadata, read_dictionary=coded)
    for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, use_threads=False):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            place = f"column {masked(notes, name)}"
            for values in leaves(column):
                if pa.types.is_dictionary(column.type) or COLUMNS in notes.ways:
                    scan_values(values, place, notes)


def leaves(column: Any) -> Iterator[Any]:
    """The arrays of plain values within a column; of dictionaries the entries, used or not."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from leaves(column.dictionary)
    elif pa.types.is_struct(kind):
        for n in range(kind.num_fields):
            yield from leaves(column.field(n))
    elif pa.types.is_map(kind):
        yield from leaves(column.keys)
        yield from leaves(column.items)
    elif pa.types.is_nested(kind):
        yield from leaves(column.flatten() if hasattr(column, "flatten") else column.values)
    elif isinstance(column, pa.ExtensionArray):
        yield from leaves(column.storage)
    else:
        yield column


def scan_values(values: Any, place: str, notes: Notes) -> None:
    """Search an array of plain values: texts and bytes, and numbers if a number is sought."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        _numbers(values, place, notes)
        return
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        values = values.cast(pa.large_binary())
    elif pa.types.is_fixed_size_binary(kind):
        values = values.cast(pa.binary())
    elif not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    ):
        return  # times, days, flags: they name nobody
    data, offsets = cells_of(values)
    notes.add(place, notes.searcher.in_cells(data, offsets))
    plain = data.tobytes()
    if notes.searcher.needles.values or b"\\" in plain or b"%" in plain:
        notes.text(_one_text(values), place)


def cells_of(values: Any) -> tuple[memoryview, Any]:
    """The bytes of an array of texts or bytes, one cell after the other, and where each begins."""
    is_large = pa.types.is_large_string(values.type) or pa.types.is_large_binary(values.type)
    _, places, data = values.buffers()
    if not len(values) or places is None or data is None:
        return memoryview(b""), np.zeros(1, np.int64)
    all_places = np.frombuffer(places, np.int64 if is_large else np.int32)
    offsets = all_places[values.offset : values.offset + len(values) + 1].astype(np.int64)
    return memoryview(data)[int(offsets[0]) : int(offsets[-1])].cast("B"), offsets - offsets[0]


def _one_text(values: Any) -> bytes:
    """All cells as one text, each on lines of its own."""
    texts = pc.unique(values).drop_null().cast(pa.large_binary())
    end = pa.scalar(b"", pa.large_binary())
    lines = pc.binary_join_element_wise(texts, end, pa.scalar(b"\n", pa.large_binary()))
    return cells_of(lines)[0].tobytes()


def _numbers(values: Any, place: str, notes: Notes) -> None:
    sought = notes.searcher.needles.numbers
    fitting = {number: one for number in sought if (one := _as(number, values.type)) is not None}
    if not fitting:
        return
    wanted = pa.array(fitting.values(), values.type)
    found = pc.unique(values.filter(pc.is_in(values, value_set=wanted)))
    for number in found.to_pylist():
        notes.add(place, set(sought.get(int(number), ())))


def _as(number: int, kind: Any) -> Any:
    """A number in the type of a column; null if it does not fit."""
    value: Any = Decimal(number) if pa.types.is_decimal(kind) else number
    try:
        return pa.scalar(float(value) if pa.types.is_floating(kind) else value, kind).as_py()
    except (pa.ArrowException, OverflowError):
        return None


def _footer(metadata: Any, notes: Notes) -> None:
    """Search metadata by key, names of columns, and the bounds of every column chunk."""
    for key, value in (metadata.metadata or {}).items():
        notes.text(key, FOOTER)
        notes.text(value, FOOTER)
        if key == _ARROW_SCHEMA:
            notes.add(FOOTER, notes.searcher.in_text(base64.b64decode(value)))
    names = "\n".join(metadata.schema.column(n).path for n in range(metadata.num_columns))
    notes.text(names.encode(), FOOTER)
    for group in range(metadata.num_row_groups):
        for n in range(metadata.num_columns):
            bounds = metadata.row_group(group).column(n).statistics
            if bounds is None or not bounds.has_min_max:
                continue
            for bound in (bounds.min, bounds.max):
                if isinstance(bound, str | bytes):
                    data = (
                        bound.encode("utf-8", "surrogatepass") if isinstance(bound, str) else bound
                    )
                    offsets = np.array([0, len(data)], np.int64)
                    notes.add(FOOTER, notes.searcher.in_cells(memoryview(data), offsets))
                    notes.text(data, FOOTER)


def _dictionary_columns(metadata: Any) -> list[str]:
    """Columns of texts and bytes whose rows are numbers of entries of a dictionary.

    The entries are searched instead of the rows: they are fewer, and those that no row uses are
    among them. Where a writer gave the dictionary up, all its entries are used by rows.
    """
    return [
        metadata.schema.column(n).path
        for n in range(metadata.num_columns)
        if metadata.schema.column(n).physical_type == "BYTE_ARRAY"
        and any(_is_coded(metadata.row_group(g).column(n)) for g in range(metadata.num_row_groups))
    ]


def _is_coded(chunk: Any) -> bool:
    """Whether a column chunk is a dictionary and numbers of its entries, by its size without it."""
    if not chunk.has_dictionary_page:
        return False
    size = chunk.total_compressed_size - (chunk.data_page_offset - chunk.dictionary_page_offset)
    return bool(size < _BYTES_OF_A_NUMBER * chunk.num_values + _BYTES_OF_HEADERS)
