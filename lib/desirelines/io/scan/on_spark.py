"""A scan by Spark's executors, for many files. It finds what a plain process finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession

from desirelines.erasure.findings import Hit, Scan, ScannedFile, in_order
from desirelines.erasure.needles import Needles
from desirelines.erasure.search import Searcher
from desirelines.erasure.ways import ALL_WAYS
from desirelines.io.scan.one_file import Reading, scan_file
from desirelines.io.scan.run import to_scan
from desirelines.io.scan.walk import Found, file_system

BYTES_OF_A_TASK = 256 << 20
_HIT = pa.struct(
    [
        ("place", pa.string()),
        ("request", pa.int64()),
        ("kind", pa.string()),
        ("is_short", pa.bool_()),
    ]
)
_FILE = pa.schema(
    [
        ("path", pa.string()),
        ("number", pa.int64()),
        ("size", pa.int64()),
        ("sha256", pa.string()),
        ("hits", pa.list_(_HIT)),
        ("is_readable", pa.bool_()),
        ("why", pa.string()),
    ]
)
_COLUMNS = (
    "path string, number long, size long, sha256 string, "
    "hits array<struct<place: string, request: long, kind: string, is_short: boolean>>, "
    "is_readable boolean, why string"
)


def scan_on_spark(
    spark: SparkSession, folder: str, needles: Needles, *, ways: frozenset[str] = ALL_WAYS
) -> Scan:
    """The result of `scan`, by tasks of some 256 MB each. Executors must reach the folder.

    Needles and paths travel in the pickled function, as code does. The plan holds numbers of tasks
    alone, so neither it nor Spark's event log tells what is sought. No shuffle.

    Raises:
        SourceError: the folder is not there, or cannot be listed.
    """
    tasks = _tasks(to_scan(folder, ways))
    if not tasks:
        return in_order((), ALL_WAYS - ways)

    def scanned(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        reading = Reading(Searcher.of(needles), ways)
        files, _ = file_system(folder)
        for batch in batches:
            for task in batch.column(0).to_pylist():
                for found in tasks[task]:
                    row = _as_row(scan_file(files, found, reading))
                    yield pa.RecordBatch.from_pylist([row], _FILE)

    numbers = spark.range(0, len(tasks), 1, len(tasks))
    rows = numbers.mapInArrow(scanned, _COLUMNS).collect()
    return in_order(map(_from_row, rows), ALL_WAYS - ways)


def _tasks(found: Iterable[Found]) -> list[list[Found]]:
    """Files in groups of about equal size: each goes to the smallest group so far."""
    ordered = sorted(found, key=lambda one: (-one.size, one.number))
    count = min(len(ordered), -(-sum(one.size for one in ordered) // BYTES_OF_A_TASK) or 1)
    tasks: list[list[Found]] = [[] for _ in range(count)]
    sizes = [0] * count
    for one in ordered:
        smallest = sizes.index(min(sizes))
        tasks[smallest].append(one)
        sizes[smallest] += one.size + 1
    return tasks


def _as_row(file: ScannedFile) -> dict[str, Any]:
    hits = [
        {"place": h.place, "request": h.request, "kind": h.kind, "is_short": h.is_short}
        for h in file.hits
    ]
    return {
        "path": file.path,
        "number": file.number,
        "size": file.size,
        "sha256": file.sha256,
        "hits": hits,
        "is_readable": file.is_readable,
        "why": file.why,
    }


def _from_row(row: Any) -> ScannedFile:
    hits = tuple(Hit(h["place"], h["request"], h["kind"], h["is_short"]) for h in row["hits"])
    return ScannedFile(
        row["path"],
        row["number"],
        row["size"],
        row["sha256"],
        hits,
        row["is_readable"],
        row["why"],
    )
