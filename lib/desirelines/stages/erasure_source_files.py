"""Files of sources that are ours (`erasable`): those that go, and the scan of all that are left."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from desirelines.erasure.findings import ScannedFile
from desirelines.erasure.needles import Needles, Sought, needles_of
from desirelines.erasure.requests import keys_of
from desirelines.erasure.ways import ALL_WAYS
from desirelines.errors import GateError
from desirelines.io.erasure_inbox import Case
from desirelines.io.scan.on_spark import scan_on_spark
from desirelines.io.scan.run import scan, to_scan
from desirelines.io.sources.own_tables import vacuum_source
from desirelines.io.tables.addresses import absolute
from desirelines.run.context import Run
from desirelines.settings import Source

MANY_BYTES = 1 << 30
"""More bytes than this are scanned by Spark's executors."""


def check_log(run: Run, source: Source, case: Case) -> None:
    """Stop where a source's log names these people: no deletion of rows would ever change that.

    Raises:
        GateError: it does. Nothing was deleted.
    """
    needles = _needles(run, case)
    if not needles.sought:
        return
    files = scan(f"{_folder(source)}/_delta_log", needles).files
    if any(names_somebody(file) for file in files):
        raise GateError(
            f"erase: the log of source '{source.name}' names them: statistics, a layout or a "
            "condition of an earlier commit. Nothing was deleted; what comes in of theirs is left "
            "out. Write the table anew in another folder, without statistics of identifiers, and "
            "read it with `desirelines ingest-events --resync "
            f"{source.name}`; then run `desirelines erase run`."
        )


def purge_sources(run: Run, *, is_now: bool) -> None:
    """Delete the files of erasable sources that no version needs, as of our own tables."""
    for source in run.settings.sources:
        if source.erasable:
            vacuum_source(run.spark, source, is_now=is_now)


def scanned_sources(run: Run, case: Case) -> tuple[ScannedFile, ...]:
    """Scan every byte of every file of erasable sources for identifiers that are only theirs.

    Paths begin with the source's name. Keys are not in sources. What is others' as well stays
    there, and so do rows of others, which may have the same order.
    """
    needles = _needles(run, case)
    return tuple(
        replace(file, path=f"source {source.name}/{file.path}")
        for source in run.settings.sources
        if source.erasable
        for file in _scan(run, _folder(source), needles)
    )


def names_somebody(file: ScannedFile) -> bool:
    """Whether a scanned file is not clean. A short identifier that was seen may be chance."""
    return not file.is_readable or any(not hit.is_short for hit in file.hits)


def _scan(run: Run, folder: str, needles: Needles) -> tuple[ScannedFile, ...]:
    size = sum(found.size for found in to_scan(folder, ALL_WAYS))
    how = partial(scan_on_spark, run.spark) if size > MANY_BYTES else scan
    return how(folder, needles).files


def _needles(run: Run, case: Case) -> Needles:
    own, identity = set(case.own_keys), run.settings.identity
    given = [
        pair for pair in case.identifiers if own & {*keys_of([pair], run.data_secret, identity)}
    ]
    pairs = sorted({*given, *case.source_values})
    return needles_of(Sought(0, id_type, value) for id_type, value in pairs)


def _folder(source: Source) -> str:
    return absolute(source.path or "")
