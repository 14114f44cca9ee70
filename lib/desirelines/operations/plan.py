"""What a run would read and write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desirelines.io.sources.inspect import check_source
from desirelines.pipeline import STAGES
from desirelines.run import warehouse_facts
from desirelines.run.context import Run
from desirelines.tables import ALL


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do.

    Attributes:
        reads: sources, with their columns.
        writes: tables in the order of ALL, with their current version and the stages that write
            them.
    """

    run_id: str
    as_of: str
    base_run_id: str
    config_hash: str
    reads: tuple[dict[str, Any], ...]
    writes: tuple[dict[str, Any], ...]


def planned(run: Run) -> Plan:
    """Look at every source and every table; write nothing.

    Raises:
        SettingsError: a run would be refused, because a secret or setting differs from the
            warehouse's.
        SourceError: a source cannot be read.
    """
    warehouse_facts.compare(run)
    reads = tuple(
        {
            "source": source.name,
            "format": source.format,
            "where": source.table or source.path,
            "columns": ", ".join(check_source(run.spark, source)) or "that vary by row",
        }
        for source in run.settings.sources
    )
    writes = tuple(
        {
            "table": table.name,
            "version now": "new" if (version := run.warehouse.version(table)) is None else version,
            "stages": ", ".join(stage.name for stage in STAGES if table in stage.writes),
            "one row is": table.grain,
            "written": table.written,
        }
        for table in ALL
    )
    chain = run.ledger.published()
    return Plan(
        run.run_id,
        as_of=str(run.requested_as_of or "the day after the newest event"),
        base_run_id=chain[-1].run_id if chain else "none",
        config_hash=run.settings.hash,
        reads=reads,
        writes=writes,
    )
