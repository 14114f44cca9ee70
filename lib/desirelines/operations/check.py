"""`check`: find what would stop a run, without writing anything.

On request it also checks every row of the tables.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlparse

from desirelines.errors import DesirelinesError, GateError, MachineError, SettingsError
from desirelines.io.secrets import read_secret
from desirelines.io.sources.inspect import check_source
from desirelines.io.sources.rates import check_rates
from desirelines.io.spark.errors import kind_of
from desirelines.io.spark.session import check_java, spark_session
from desirelines.io.tables.ledger import Ledger
from desirelines.io.tables.store import Warehouse
from desirelines.operations.deep_check import Note, deep_looks
from desirelines.operations.erasure_looks import erasure_looks
from desirelines.operations.integrity import how_to_repair, integrity_looks
from desirelines.operations.mapping_check import mapping_fit
from desirelines.run import warehouse_facts
from desirelines.run.context import new_run
from desirelines.run.progress import Progress
from desirelines.run.settings_check import judged
from desirelines.settings import Settings, Source, read_settings
from desirelines.tables import ALL


@dataclass(frozen=True)
class Finding:
    """Result of one look of `check`."""

    what: str
    is_ok: bool
    found: str
    is_note: bool = False
    """Nothing is broken, but somebody should look."""

    def __str__(self) -> str:
        """The finding as a line."""
        verdict = "note" if self.is_note else "ok  " if self.is_ok else "FAIL"
        return f"{verdict} {self.what}: {self.found}"


@dataclass
class _Looks:
    """The findings so far, and the errors among them, in the order of the looks."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[DesirelinesError] = field(default_factory=list)

    def look(self, what: str, action: Callable[[], str]) -> bool:
        """Run a look and keep its finding; say whether it is good."""
        try:
            text = action()
            self.findings.append(Finding(what, True, text, isinstance(text, Note)))
        except DesirelinesError as error:
            self.fail(what, str(error), error)
        except Exception as error:
            # Spark's message about a broken file may quote its rows, so only the kind is shown.
            broken = GateError(f"cannot be read ({kind_of(error)}). {_remedy(what)}")
            self.fail(what, str(broken), broken)
        return self.findings[-1].is_ok

    def fail(self, what: str, text: str, error: DesirelinesError) -> None:
        """Keep a finding that something is wrong, with its error."""
        self.findings.append(Finding(what, False, text))
        self.errors.append(error)

    def result(self) -> tuple[list[Finding], DesirelinesError | None]:
        """The findings and the first error."""
        return self.findings, self.errors[0] if self.errors else None


def diagnosis(
    files: tuple[Path, ...],
    sets: tuple[str, ...],
    *,
    is_deep: bool = False,
    tell: Callable[[str], None],
    keeps_session: bool = False,
) -> tuple[list[Finding], DesirelinesError | None]:
    """Check everything that can be checked; give the findings and the first error.

    The first error decides the exit code. `is_deep` also reads every row of every table, to find
    repeated keys and event ids that several events bear. `tell` gets a line before each look that
    reads a whole table. `keeps_session` leaves a session that is started here running.
    """
    looks = _Looks()
    looks.look("python", lambda: f"{sys.version.split()[0]} at {sys.executable}")
    has_java = looks.look("java", check_java)
    loaded: list[Settings] = []
    is_configured = looks.look("configuration", lambda: _loaded(loaded, read_settings(files, sets)))
    if not (has_java and is_configured):
        return looks.result()
    settings = loaded[0]
    has_secrets = _look_at_secrets(looks, settings)
    spark, is_mine = spark_session(settings.spark)
    try:
        warehouse = Warehouse(spark, settings.warehouse)
        looks.look("spark", lambda: f"{spark.version}, with {_delta_version(warehouse)}")
        looks.look("warehouse", lambda: _writable(settings))
        looks.look("expressions", partial(_judged, warehouse, settings))
        if has_secrets:
            looks.look("secrets and settings for good", partial(_facts, warehouse, settings))
        _look_at_sources(looks, warehouse, settings)
        _look_at_tables(looks, warehouse, settings, tell=tell if is_deep else None)
        if has_secrets:
            run = new_run(spark, settings, "check", lambda: datetime.now(UTC), Progress("check"))
            for what, action in erasure_looks(run):
                looks.look(what, action)
    finally:
        if is_mine and not keeps_session:
            spark.stop()
    return looks.result()


def _look_at_secrets(looks: _Looks, settings: Settings) -> bool:
    files = settings.secrets
    has_data = looks.look("data secret", lambda: _secret(files.data_file, "secrets.data_file"))
    has_suppression = looks.look(
        "suppression secret", lambda: _secret(files.suppression_file, "secrets.suppression_file")
    )
    return has_data and has_suppression


def _look_at_sources(looks: _Looks, warehouse: Warehouse, settings: Settings) -> None:
    if not settings.sources:
        looks.fail(
            "sources",
            "none is configured; add a mapping under `sources:`",
            MachineError(
                "no source is configured: add a mapping under `sources:`, see `desirelines init`."
            ),
        )
    if settings.site.rates is not None:
        looks.look("rates", partial(_rates, warehouse, settings))
    for source in settings.sources:
        if looks.look(f"source {source.name}", partial(_readable, warehouse, source)):
            looks.look(f"mapping {source.name}", partial(mapping_fit, warehouse, settings, source))


def _look_at_tables(
    looks: _Looks,
    warehouse: Warehouse,
    settings: Settings,
    *,
    tell: Callable[[str], None] | None,
) -> None:
    """Check the tables as a whole, and with `tell` every row of them."""
    ledger = Ledger(warehouse, lambda: datetime.now(UTC), settings.hash)
    broken = [
        what for what, action in integrity_looks(warehouse, ledger) if not looks.look(what, action)
    ]
    if tell is None:
        return
    if broken:
        text = "not checked until the broken tables above are repaired"
        looks.findings.append(Finding("rows of the tables", True, text, is_note=True))
        return
    for what, action in deep_looks(warehouse, settings, tell):
        looks.look(what, action)


def _judged(warehouse: Warehouse, settings: Settings) -> str:
    mistakes = judged(warehouse.spark, settings, on=datetime.now(UTC).date())
    if mistakes:
        raise SettingsError(mistakes)
    return "regular expressions, time patterns, time zones and holidays are valid"


def _rates(warehouse: Warehouse, settings: Settings) -> str:
    check_rates(warehouse.spark, settings.site)
    return f"every line of the table is a valid rate to {settings.site.currency}"


def _loaded(loaded: list[Settings], settings: Settings) -> str:
    loaded.append(settings)
    return f"valid, SHA-256 {settings.hash[:12]}…"


def _secret(path: str, setting: str) -> str:
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
            f"the folder {near} is not writable. Give another with --set warehouse.path=FOLDER."
        )
    if not folder.exists():
        return f"{folder} (will be created)"
    if folder.stat().st_mode & 0o077:
        return Note(
            f"{folder}. Other users can read it, and it holds data about people. "
            f"Run: chmod 700 {folder}"
        )
    return str(folder)


def _facts(warehouse: Warehouse, settings: Settings) -> str:
    message, is_worth_a_look = warehouse_facts.look(warehouse, settings)
    return Note(message) if is_worth_a_look else message


def _readable(warehouse: Warehouse, source: Source) -> str:
    columns = ", ".join(check_source(warehouse.spark, source)) or "that vary by row"
    return f"{source.format}, columns {columns}"


def _remedy(what: str) -> str:
    """How to repair what a look checked."""
    table = next((t for t in ALL if t.name in what.split()), None)
    return "Look at the source and its mapping." if table is None else how_to_repair(table)


def _delta_version(warehouse: Warehouse) -> str:
    try:
        warehouse.spark.sql("DESCRIBE DETAIL delta.`/nowhere/desirelines`").collect()
    except Exception as error:
        # Any error of Delta's own will do; without Delta, Spark does not know the format.
        if "DELTA" in str(error) or "PATH_NOT_FOUND" in str(error) or "doesn't exist" in str(error):
            return "Delta"
        raise MachineError(
            f"this Spark has no Delta: {str(error).splitlines()[0]}. "
            "Add delta-spark's two jars (docs/troubleshooting.md)."
        ) from None
    return "Delta"
