"""Every place of a file in which canaries are planted."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from desirelines.erasure.canaries import IDENTIFIER, NUMBER, SHORT
from desirelines.erasure.needles import KEY
from desirelines.io.scan import canary_files as contents


@dataclass(frozen=True, slots=True)
class Planted:
    """A place, the kind of its canary, its path and what the file holds.

    The canary is percent-encoded where the path has {}.
    """

    place: str
    kind: str
    path: str
    of: Callable[[str], bytes]


FILES = (
    Planted(
        "bytes of a file of an unknown kind",
        IDENTIFIER,
        "plain/a.bin",
        lambda v: b"\0\1x" + v.encode() + b"x\0",
    ),
    Planted("key as its 16 bytes", KEY, "plain/key.bin", contents.raw_key),
    Planted("key in upper case", KEY, "plain/key.log", lambda v: f"person {v.upper()}".encode()),
    Planted(
        "text of a log", IDENTIFIER, "plain/driver.log", lambda v: f"lost {v}, skipped".encode()
    ),
    Planted(
        "short identifier between quotation marks",
        SHORT,
        "plain/short.json",
        lambda v: json.dumps({"id": v}).encode(),
    ),
    Planted("JSON in JSON", IDENTIFIER, "plain/inner.json", contents.json_in_json),
    Planted(
        "percent-encoded text", IDENTIFIER, "plain/urls.txt", lambda v: contents.percent(v).encode()
    ),
    Planted(
        "UTF-16 text",
        IDENTIFIER,
        "plain/wide.txt",
        lambda v: b"\xff\xfe" + contents.units(v).encode("utf-16-le"),
    ),
    Planted("percent-encoded folder", IDENTIFIER, "names/person={}/part.txt", lambda _: b"nothing"),
    Planted("name of a file", KEY, "names/{}.txt", lambda _: b"nothing"),
    Planted("hidden file", IDENTIFIER, "plain/.hidden/.copy", lambda v: v.encode()),
    Planted("gzip", IDENTIFIER, "packed/a.json.gz", lambda v: gzip.compress(contents.text(v))),
    Planted("zstd", IDENTIFIER, "packed/a.zst", contents.codec("zstd")),
    Planted("bz2", IDENTIFIER, "packed/a.bz2", lambda v: bz2.compress(contents.text(v))),
    Planted("lz4", IDENTIFIER, "packed/a.lz4", contents.codec("lz4")),
    Planted("xz", IDENTIFIER, "packed/a.xz", lambda v: lzma.compress(contents.text(v))),
    Planted("zlib", IDENTIFIER, "packed/a.pkl.z", lambda v: zlib.compress(contents.text(v))),
    Planted("snappy in frames", IDENTIFIER, "packed/a.sz", contents.framed_snappy),
    Planted("snappy of Hadoop", IDENTIFIER, "packed/a.json.snappy", contents.snappy_of_hadoop),
    Planted("Parquet in a zip archive", IDENTIFIER, "packed/a.zip", contents.zipped),
    Planted("SQLite value on two pages", IDENTIFIER, "packed/a.db", contents.sqlite),
    Planted(
        "zstd page of Parquet",
        IDENTIFIER,
        "pages/zstd.parquet",
        lambda v: contents.parquet(contents.column(v)),
    ),
    Planted(
        "snappy page of Parquet",
        IDENTIFIER,
        "pages/snappy.parquet",
        lambda v: contents.parquet(contents.column(v), compression="snappy"),
    ),
    Planted(
        "gzip page of Parquet",
        KEY,
        "pages/gzip.parquet",
        lambda v: contents.parquet([f"see {v}"], compression="gzip"),
    ),
    Planted(
        "dictionary entry without rows", IDENTIFIER, "pages/entry.parquet", contents.unused_entry
    ),
    Planted(
        "dictionary entry without rows, not said",
        IDENTIFIER,
        "pages/other.parquet",
        contents.unused_entry_elsewhere,
    ),
    Planted("nested column", IDENTIFIER, "pages/nested.parquet", contents.nested),
    Planted(
        "escaped text in a column",
        IDENTIFIER,
        "pages/escaped.parquet",
        lambda v: contents.parquet([contents.json_in_json(v).decode()]),
    ),
    Planted(
        "column of bytes",
        KEY,
        "pages/bytes.parquet",
        lambda v: contents.parquet(
            [bytes.fromhex(v), bytes.fromhex(v[:16]), bytes.fromhex(v[16:])], compression="gzip"
        ),
    ),
    Planted(
        "column of numbers", NUMBER, "pages/number.parquet", lambda v: contents.parquet([int(v)])
    ),
    Planted(
        "short identifier as a cell",
        SHORT,
        "pages/short.parquet",
        lambda v: contents.parquet([v, "other"]),
    ),
    Planted(
        "footer",
        IDENTIFIER,
        "pages/footer.parquet",
        lambda v: contents.parquet(["nothing"], about={"example": v}),
    ),
)
"""Every place but those of Delta tables."""
ORPHAN = Planted(
    "file that the log does not know",
    IDENTIFIER,
    "stats/part-00000-orphan.snappy.parquet",
    lambda v: contents.parquet(contents.column(v), compression="snappy"),
)
"""Lies in the folder of a table."""
CORRUPT = Planted("corrupt Parquet", IDENTIFIER, "pages/corrupt.parquet", contents.corrupt)
"""Must be unreadable."""
