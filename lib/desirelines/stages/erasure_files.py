"""Files of older versions, and the scan of all files that are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from desirelines.erasure.file_changes import ListedFile
from desirelines.erasure.needles import KEY, ROW, Sought
from desirelines.errors import GateError
from desirelines.io.erasure_inbox import Case
from desirelines.io.mlflow.tracking import local_places
from desirelines.io.scan.on_spark import scan_on_spark
from desirelines.io.scan.prove import proven_scan
from desirelines.io.scan.run import changed_files, list_files, scan, scan_places
from desirelines.io.spark.job_names import at_once
from desirelines.io.tables.maintenance import may_have_unneeded, vacuum
from desirelines.run.context import Run
from desirelines.stages.erasure_rows import AT_ONCE
from desirelines.stages.erasure_source_files import MANY_BYTES, names_somebody, scanned_sources
from desirelines.tables import Table
from desirelines.tables.contract import RETENTION_DAYS


def purge_due(deleted_at: datetime) -> datetime:
    """From when on a plain VACUUM removes what was deleted then."""
    return deleted_at + timedelta(days=RETENTION_DAYS)


def purge(run: Run, tables: list[Table], *, is_now: bool) -> None:
    """Delete the files that no version needs: those in retention stay, or with `is_now` none does.

    Of files that no version names, as of commands that died, the same. Twice: a folder of the file
    layout that became empty goes only then. Tables without such files are passed over.
    """
    before = None if is_now else run.read_at - timedelta(days=RETENTION_DAYS)

    def purge_table(table: Table) -> None:
        for _ in range(2 if table.partition_by else 1):
            if may_have_unneeded(run.warehouse, table, before=before):
                vacuum(run.warehouse, table, is_now=is_now)

    at_once(run.spark, [partial(purge_table, table) for table in tables], most=AT_ONCE)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a scan of all files of the warehouse found.

    Attributes:
        is_clean: every file was read, none holds anything of theirs, and every canary was found.
        unclean: the files that are not clean, with the reason.
        summary: in words.
        scan: numbers for the receipt.
        files: the files that went, came and stayed, for the receipt.
    """

    is_clean: bool
    unclean: tuple[str, ...]
    summary: str
    scan: dict[str, Any]
    files: dict[str, Any]


def listed_files(run: Run) -> tuple[tuple[str, int, str], ...]:
    """Every file of the warehouse: path, size, digest."""
    return tuple((f.path, f.size, f.sha256) for f in list_files(_folder(run)))


def proven(run: Run, case: Case) -> Proof:
    """Scan every byte of every file of the warehouse, with canaries beside the tables.

    And of what commands write beside it, the report and MLflow's files, and of erasable sources.
    """
    sought = sought_of(case)
    size = sum(size for _, size, _ in case.files)
    how = partial(scan_on_spark, run.spark) if size > MANY_BYTES else scan
    proof = proven_scan(run.spark, _folder(run), sought, how=how)
    beside = scan_places(_beside(run), proof.needles)
    sources = scanned_sources(run, case)
    scanned = (*proof.scan.files, *beside.files, *sources)
    unclean = [f for f in scanned if not f.is_clean]
    bad = [f for f in unclean if names_somebody(f)]
    after = [ListedFile(f.path, f.size, f.sha256) for f in proof.scan.files if f.sha256]
    changes = changed_files([ListedFile(*file) for file in case.files], after, proof.needles)
    is_clean = not bad and proof.is_proven
    numbers = {
        "files": len(scanned),
        "bytes": sum(f.size for f in scanned),
        "canaries": len(proof.places),
        "short_values_seen": len(unclean) - len(bad),
        "is_mlflow_read": _mlflow_places(run) is not None,
    }
    named = [f"{f.path} ({f.why or ', '.join(sorted({h.place for h in f.hits}))})" for f in bad]
    return Proof(
        is_clean,
        tuple(named + [f"the scanner is blind: {place}" for place in proof.blind]),
        f"{numbers['files']:,} files, {numbers['bytes']:,} bytes, "
        f"{numbers['canaries']:,} canaries found"
        + ("" if numbers["is_mlflow_read"] else "; MLflow is a server, and was not read"),
        numbers,
        {
            "removed": [[f.path, f.size, f.sha256] for f in changes.removed],
            "added": [[f.path, f.size, f.sha256] for f in changes.added],
            "kept": len(changes.kept),
        },
    )


def sought_of(case: Case) -> tuple[Sought, ...]:
    """What a scan looks for: identifiers, keys, and what else names them alone."""
    return (
        *(Sought(0, KEY, key) for key in case.own_keys),
        *(Sought(0, id_type, value) for id_type, value in case.identifiers),
        *(Sought(0, ROW, value) for value in case.values),
    )


def _beside(run: Run) -> list[Path]:
    """Files and folders that are there, written by commands, and not in the warehouse."""
    folder = run.warehouse.local_folder
    written = [Path(run.settings.report.path), *(_mlflow_places(run) or [])]
    there = [place.absolute() for place in written if place.exists()]
    return [p for p in there if folder is None or not p.is_relative_to(folder.absolute())]


def _mlflow_places(run: Run) -> list[Path] | None:
    return local_places(run.settings.tracking, run.warehouse.path_of("_mlflow"))


def _folder(run: Run) -> str:
    """The folder of all tables.

    Raises:
        GateError: they are in a catalog, which says of none where its files are.
    """
    if run.settings.warehouse.catalog:
        raise GateError(
            "erase: the tables are in a catalog, and their files cannot be listed from here, so no "
            "scan can prove anything. Nothing was deleted; what comes in of theirs is left out. "
            "Use a warehouse with warehouse.path, or erase with the catalog's own means."
        )
    folder = run.warehouse.local_folder
    return run.settings.warehouse.path if folder is None else str(folder)
