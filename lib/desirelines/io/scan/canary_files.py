"""Contents of files with a canary, for every place that a scan claims to read.

Where a file is compressed or escaped, its bytes do not show the canary as it is: only the way of
reading that the place is about finds it.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def column(value: str) -> list[str]:
    """Rows of which the last repeats what stands before it, so that compression divides it."""
    half = len(value) // 2
    return [f"a {value[:half]}", f"b {value[half:]}", f"c {value}"]


def text(value: str) -> bytes:
    """The same as lines."""
    return "".join(f"{line}\n" for line in column(value)).encode()


def parquet(column: Any, kind: Any = None, **options: Any) -> bytes:
    """A Parquet file of one column, without dictionary or statistics unless `options` say so."""
    out = BytesIO()
    values = pa.array(column, kind)
    settings = {"use_dictionary": False, "compression": "zstd", "write_statistics": False}
    schema = pa.schema([pa.field("about", values.type, metadata=options.pop("about", None))])
    pq.write_table(pa.table([values], schema=schema), out, **(settings | options))
    return out.getvalue()


def nested(value: str) -> bytes:
    """A column of lists of structs of lists and maps."""
    inner = [{"names": [part], "by": [(part, value)]} for part in column(value)]
    kind = pa.struct([("names", pa.list_(pa.string())), ("by", pa.map_(pa.string(), pa.string()))])
    return parquet([inner], pa.list_(kind))


def unused_entry(value: str) -> bytes:
    """A dictionary with an entry that no row uses."""
    rows = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array(column(value)))
    return parquet(rows, use_dictionary=True)


def unused_entry_elsewhere(value: str) -> bytes:
    """The same, where the footer does not say that the column was a dictionary."""
    rows = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array(column(value)))
    return parquet(rows, use_dictionary=True, store_schema=False)


def corrupt(value: str) -> bytes:
    """A Parquet file with a hole in its first page."""
    whole = parquet(column(value))
    return whole[:20] + b"\0" * 40 + whole[60:]


def units(value: str) -> str:
    r"""Every character as \uXXXX."""
    data = value.encode("utf-16-be")
    return "".join(f"\\u{data[n : n + 2].hex()}" for n in range(0, len(data), 2))


def percent(value: str) -> str:
    """Every byte percent-encoded."""
    return "".join(f"%{byte:02x}" for byte in value.encode())


def json_in_json(value: str) -> bytes:
    """JSON in a text in JSON, as statistics in a log, with every character escaped."""
    stats = json.dumps({"minValues": {"name": value}}, ensure_ascii=False)
    inner = stats.replace(json.dumps(value, ensure_ascii=False)[1:-1], units(value))
    return json.dumps({"add": {"stats": inner}}).encode()


def codec(name: str) -> Callable[[str], bytes]:
    """What compresses a text with the value, by a codec of Arrow."""

    def written(value: str) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, name) as stream:
            stream.write(text(value))
        data: bytes = sink.getvalue().to_pybytes()
        return data

    return written


def framed_snappy(value: str) -> bytes:
    """One chunk of the framing format."""
    data: bytes = bytes(4) + pa.compress(text(value), codec="snappy", asbytes=True)
    return b"\xff\x06\x00\x00sNaPpY\x00" + len(data).to_bytes(3, "little") + data


def snappy_of_hadoop(value: str) -> bytes:
    """One block as Hadoop writes it."""
    plain = text(value)
    data: bytes = pa.compress(plain, codec="snappy", asbytes=True)
    return len(plain).to_bytes(4, "big") + len(data).to_bytes(4, "big") + data


def zipped(value: str) -> bytes:
    """An archive with a Parquet file."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.parquet", parquet(column(value), compression="snappy"))
    return out.getvalue()


def sqlite(value: str) -> bytes:
    """A value that lies on two pages, so that the bytes do not hold it in one piece.

    A page of 512 bytes takes 508 of a long value after the number of the next; the first page of
    the value takes what is left.
    """
    data = value.encode()
    end = b"-" * (508 - len(data) // 2)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA page_size = 512")
        database.execute("CREATE TABLE tags (value BLOB)")
        database.execute("INSERT INTO tags VALUES (?)", [b"-" * 300 + data + end])
        database.commit()
        return database.serialize()


def raw_key(key: str) -> bytes:
    """A key as bytes between others."""
    return b"\0\1" + bytes.fromhex(key) + b"\0\2"
