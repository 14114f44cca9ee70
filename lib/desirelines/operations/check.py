"""The doctor: what a run would meet, without writing anything; when asked, what is wrong inside the tables."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlparse

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.errors import DesirelinesError, GateError, MachineError, SettingsError
from desirelines.events.currency import with_reporting_currency
from desirelines.events.fates import with_fates
from desirelines.events.parse import to_mapped_events
from desirelines.io.secrets import read_secret
from desirelines.io.sources.inspect import check_source, sample
from desirelines.io.sources.rates import check_rates, currency_rates
from desirelines.io.spark.session import check_java, spark_session
from desirelines.io.tables.ledger import Ledger
from desirelines.io.tables.store import Warehouse
from desirelines.operations.deep_check import Note, deep_looks
from desirelines.operations.integrity import how_to_mend, integrity_looks
from desirelines.run import warehouse_facts
from desirelines.run.settings_check import judged
from desirelines.settings import Settings, Source, read_settings
from desirelines.tables import ALL

SAMPLE_ROWS = 1_000
WORST_SHARE = 0.5
"""A mapping that sends more than this share of the sample to quarantine does not fit its data."""


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at."""

    what: str
    is_ok: bool
    found: str
    is_note: bool = False
    """Nothing is broken, and yet somebody should look."""

    def __str__(self) -> str:
        """The finding as a line."""
        return f"{'note' if self.is_note else 'ok  ' if self.is_ok else 'FAIL'} {self.what}: {self.found}"


def diagnosis(
    files: tuple[Path, ...],
    sets: tuple[str, ...],
    *,
    is_deep: bool = False,
    tell: Callable[[str], None],
) -> tuple[list[Finding], DesirelinesError | None]:
    """Look at everything that can be looked at; give the findings and the first error, which decides the exit code.

    `is_deep` reads every row of every table as well: keys that are there twice, event ids that more than one event bears.
    `tell` takes a line before each look that reads a whole table.
    """
    findings: list[Finding] = []
    errors: list[DesirelinesError] = []

    def look(what: str, action: Callable[[], str]) -> bool:
        try:
            found = action()
            findings.append(Finding(what, True, found, isinstance(found, Note)))
        except DesirelinesError as error:
            findings.append(Finding(what, False, str(error)))
            errors.append(error)
        except Exception as error:  # what Spark says of a broken file may quote its rows, so only the kind is shown
            kind = getattr(error, "getCondition", lambda: None)() or type(error).__name__
            broken = GateError(f"cannot be read ({kind}). {_mend(what)}")
            findings.append(Finding(what, False, str(broken)))
            errors.append(broken)
        return findings[-1].is_ok

    look("python", lambda: f"{sys.version.split()[0]} at {sys.executable}")
    java = look("java", check_java)
    held: list[Settings] = []
    config = look("configuration", lambda: _kept(held, read_settings(files, sets)))
    if not (java and config):
        return findings, errors[0]
    settings = held[0]
    has_secrets = look(
        "data secret", lambda: _read(settings.secrets.data_file, "secrets.data_file")
    )
    has_secrets &= look(
        "suppression secret",
        lambda: _read(settings.secrets.suppression_file, "secrets.suppression_file"),
    )
    spark, is_mine = spark_session(settings.spark)
    try:
        warehouse = Warehouse(spark, settings.warehouse)
        look("spark", lambda: f"{spark.version}, with {_delta_version(warehouse)}")
        look("warehouse", lambda: _writable(settings))
        look("expressions", partial(_judged, warehouse, settings))
        if has_secrets:
            look("secrets and settings for good", partial(_settled, warehouse, settings))
        if not settings.sources:
            findings.append(
                Finding("sources", False, "none is configured; add a mapping under `sources:`")
            )
            errors.append(
                MachineError(
                    "no source is configured: add a mapping under `sources:`, see `desirelines init`."
                )
            )
        if settings.site.rates is not None:
            look("rates", partial(_rated, warehouse, settings))
        for source in settings.sources:
            if look(f"source {source.name}", partial(_readable, warehouse, source)):
                look(f"mapping {source.name}", partial(_fit, warehouse, settings, source))
        ledger = Ledger(warehouse, lambda: datetime.now(UTC), settings.hash)
        broken = [
            what for what, action in integrity_looks(warehouse, ledger) if not look(what, action)
        ]
        if is_deep and not broken:
            for what, action in deep_looks(warehouse, settings, tell):
                look(what, action)
        elif is_deep:
            findings.append(
                Finding(
                    "rows of the tables",
                    True,
                    "not looked at before what is broken is mended",
                    True,
                )
            )
    finally:
        if is_mine:
            spark.stop()
    return findings, errors[0] if errors else None


def sample_fates(warehouse: Warehouse, settings: Settings, source: Source) -> DataFrame:
    """Fates and reasons of the source's first rows, as a run would find them: fate, reason, n."""
    raw = sample(warehouse.spark, source, SAMPLE_ROWS)
    pads = secret_pads(warehouse.spark, b"only for a look: keys made with this are thrown away")
    mapped = to_mapped_events(raw, pads, source, settings, read_at=datetime.now(UTC))
    mapped = with_reporting_currency(
        mapped, currency_rates(warehouse.spark, settings.site), settings.site
    )
    rows = with_fates(mapped.withColumn("is_suppressed", F.lit(False)), source, None)
    reasons = F.when(F.size("reasons") > 0, F.col("reasons")).otherwise(F.array(F.lit("")))
    return (
        rows.select("fate", F.explode(reasons).alias("reason"))
        .groupBy("fate", "reason")
        .agg(F.count("*").alias("n"))
    )


def _fit(warehouse: Warehouse, settings: Settings, source: Source) -> str:
    counts = (
        sample_fates(warehouse, settings, source)
        .orderBy(F.col("n").desc(), "fate", "reason")
        .collect()
    )
    rows = sum(c["n"] for c in counts)
    bad = [f"{c['n']:,} {c['reason']}" for c in counts if c["fate"] == "quarantined"]
    told = (
        f"of the first {rows:,} rows {sum(c['n'] for c in counts if c['fate'] == 'used'):,} would be used"
        + (f"; quarantined: {'; '.join(bad)}" if bad else "")
    )
    if rows and sum(c["n"] for c in counts if c["fate"] == "quarantined") > WORST_SHARE * rows:
        raise GateError(
            f"the mapping does not fit the data: {told}. Mend the columns these reasons name."
        )
    return told


def _judged(warehouse: Warehouse, settings: Settings) -> str:
    mistakes = judged(warehouse.spark, settings, on=datetime.now(UTC).date())
    if mistakes:
        raise SettingsError(mistakes)
    return "regular expressions, patterns of times, zones and holidays are known to the machine"


def _rated(warehouse: Warehouse, settings: Settings) -> str:
    check_rates(warehouse.spark, settings.site)
    return f"every line of the table is a rate to {settings.site.currency}"


def _kept(held: list[Settings], settings: Settings) -> str:
    held.append(settings)
    return f"valid, SHA-256 {settings.hash[:12]}…"


def _read(path: str, setting: str) -> str:
    read_secret(path, setting)
    return f"{path}, readable by its owner only"


def _writable(settings: Settings) -> str:
    if settings.warehouse.catalog:
        return f"catalog {settings.warehouse.catalog}, schema {settings.warehouse.schema_}"
    if urlparse(settings.warehouse.path).scheme:
        return settings.warehouse.path
    folder = Path(settings.warehouse.path).resolve()
    near = next(p for p in (folder, *folder.parents) if p.exists())
    if not (near.is_dir() and os.access(near, os.W_OK)):
        raise MachineError(
            f"{near} cannot be written. Give another folder with --set warehouse.path=FOLDER."
        )
    if not folder.exists():
        return f"{folder} (will be made)"
    if folder.stat().st_mode & 0o077:
        return Note(f"{folder}. Others can look into it, and people are in it: chmod 700 {folder}")
    return str(folder)


def _settled(warehouse: Warehouse, settings: Settings) -> str:
    found, is_worth_a_look = warehouse_facts.look(warehouse, settings)
    return Note(found) if is_worth_a_look else found


def _readable(warehouse: Warehouse, source: Source) -> str:
    return f"{source.format}, columns {', '.join(check_source(warehouse.spark, source)) or 'told by each row'}"


def _mend(what: str) -> str:
    """What brings back what a look was at, where that is a table."""
    table = next((t for t in ALL if t.name in what.split()), None)
    return "Look at the source and its mapping." if table is None else how_to_mend(table)


def _delta_version(warehouse: Warehouse) -> str:
    try:
        warehouse.spark.sql("DESCRIBE DETAIL delta.`/nowhere/desirelines`").collect()
    except (
        Exception
    ) as error:  # any answer of Delta's own will do; without Delta Spark does not know the format
        if "DELTA" in str(error) or "PATH_NOT_FOUND" in str(error) or "doesn't exist" in str(error):
            return "Delta"
        raise MachineError(
            f"this Spark has no Delta: {str(error).splitlines()[0]}. Add delta-spark's two jars (docs/troubleshooting.md)."
        ) from None
    return "Delta"
