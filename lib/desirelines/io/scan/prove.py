"""A scan that proves itself: canaries lie beside the tables, and it must find every one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from pyarrow import fs
from pyspark.sql import SparkSession

from desirelines.erasure.canaries import Canary, ProvenScan, judged, sought_makers
from desirelines.erasure.findings import Scan
from desirelines.erasure.needles import Needles, Sought, needles_of
from desirelines.errors import SourceError
from desirelines.io.scan.canary_places import CORRUPT, FILES, ORPHAN
from desirelines.io.scan.canary_tables import plant_tables
from desirelines.io.scan.run import scan
from desirelines.io.scan.walk import file_system

FOLDER = "_canaries"
"""Begin of the name of the folder in which canaries are, beside the tables."""


def proven_scan(
    spark: SparkSession,
    folder: str,
    sought: tuple[Sought, ...],
    *,
    how: Callable[[str, Needles], Scan] = scan,
) -> ProvenScan:
    """Scan a folder for identifiers and keys, with canaries in every place that a scan reads.

    The canaries are in a folder of their own in `folder`, looked for in the same scan, and removed
    at the end, also after an error. Requests have numbers from 0. `how` is `scan`, or
    `scan_on_spark` with its session. Planting takes some ten seconds, most of them Spark's.

    Raises:
        SourceError: the folder is not there, or cannot be listed.
        ValueError: see `needles_of`.
    """
    with planted(spark, folder) as (name, canaries):
        made = {canary.sought for canary in canaries if canary.sought is not None}
        needles = needles_of((*sought, *sorted(made, key=lambda one: one.request)))
        return judged(needles, how(folder, needles), canaries, name)


@contextmanager
def planted(spark: SparkSession, folder: str) -> Iterator[tuple[str, tuple[Canary, ...]]]:
    """Plant new canaries below a folder for as long as the block runs; give their folder's name.

    Canaries of scans that were killed are removed first, as a broken file among them would never be
    clean: so one such scan of a folder runs at a time.
    """
    files, root = file_system(folder)
    if files.get_file_info(root).type is not fs.FileType.Directory:
        # Planting would make the folder, and a scan of nothing else would be clean.
        raise SourceError("the folder to scan is not there. Check its path.")
    _sweep(files, root)
    name = f"{FOLDER}_{secrets.token_hex(8)}"
    new = sought_makers(lambda: secrets.token_hex(16))
    try:
        canaries = plant_tables(spark, f"{folder.rstrip('/')}/{name}", new)
        canaries += plant_files(files, f"{root.rstrip('/')}/{name}", new)
        yield name, tuple(canaries)
    finally:
        _sweep(files, root)


def _sweep(files: Any, root: str) -> None:
    """Remove folders of canaries that lie in a folder."""
    for info in files.get_file_info(fs.FileSelector(root)):
        if info.type is fs.FileType.Directory and info.base_name.startswith(f"{FOLDER}_"):
            files.delete_dir(info.path)


def plant_files(files: Any, root: str, new: Callable[[str], Sought]) -> list[Canary]:
    """Write the files with canaries below a folder of a file system; the canaries in them."""
    canaries = []
    for file in (*FILES, ORPHAN, CORRUPT):
        one = new(file.kind)
        path = file.path.format(quote(one.value, safe=""))
        _write(files, f"{root}/{path}", file.of(one.value))
        pattern = "/".join("*" if "{}" in part else part for part in file.path.split("/"))
        canaries.append(Canary(file.place, pattern, None if file is CORRUPT else one))
    return canaries


def _write(files: Any, place: str, data: bytes) -> None:
    files.create_dir(place.rpartition("/")[0], recursive=True)
    with files.open_output_stream(place, compression=None) as out:
        out.write(data)
