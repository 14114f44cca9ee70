"""Part scan: a folder of Parquet scanned for one person and for a thousand, against reading it.

The files are as the warehouse's `events`: keys of 32 hex digits, names of few values, times, money;
Spark writes them. All variants run in one thread of one process.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from bench.events import events
from bench.harness import Comparison, Facts, Part, Variant
from desirelines.erasure.findings import Scan
from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.io.scan.run import scan

PEOPLE = 1_000
COMPARISONS = (
    Comparison("one_person", "pyarrow", None),
    Comparison("thousand_people", "pyarrow", None),
    Comparison("thousand_people", "one_person", None),
)


def scan_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Write `size` rows once, and name the variants."""
    folder = out.resolve() / f"scan-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    keys = ("event_id", "stream_id", "user_key", "order_id")
    rows = events(spark, size, out).withColumns(
        {name: F.substring(F.sha2(F.col(name).cast("string"), 256), 1, 32) for name in keys}
    )
    rows.write.parquet(str(folder))
    files = sorted(folder.glob("*.parquet"))
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    count = rows.count()
    results: dict[str, Scan] = {}

    def scanned(name: str, people: int) -> None:
        results[name] = scan(str(folder), needles_of(_sought(people)))

    def facts(name: str) -> Facts:
        result = results[name]
        assert result.is_clean
        digests = "".join(file.sha256 for file in result.files)
        checksum = hashlib.sha256(digests.encode()).hexdigest()
        return Facts(rows=len(result.files), events=count, steps=0, checksum=checksum)

    return Part(
        title="scan",
        variants=(
            Variant("pyarrow", lambda: _read(files)),
            Variant("one_person", lambda: scanned("one_person", 1), lambda: facts("one_person")),
            Variant(
                "thousand_people",
                lambda: scanned("thousand_people", PEOPLE),
                lambda: facts("thousand_people"),
            ),
        ),
        comparisons=COMPARISONS,
        events=count,
        notes=(
            f"{len(files)} files of {megabytes:.1f} MB together; divide by the seconds for MB/s.",
            "pyarrow reads every column in batches as the scanner does, and adds up their bytes.",
            "A person has three keys, an e-mail address, a login and a cookie.",
        ),
    )


def _read(files: list[Path]) -> None:
    for file in files:
        for batch in pq.ParquetFile(file).iter_batches(batch_size=1 << 16, use_threads=False):
            sum(column.nbytes for column in batch.columns)


def _sought(people: int) -> Iterator[Sought]:
    for person in range(people):
        for n in range(6):
            digits = hashlib.sha256(f"{person}/{n}".encode()).hexdigest()
            kind, value = {
                0: ("email", f"{digits[:9]}@example.com"),
                1: ("user", f"user{digits[:8]}"),
                2: ("cookie", digits[:36]),
            }.get(n, (KEY, digits[:32]))
            yield Sought(person, kind, value)
