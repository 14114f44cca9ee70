"""OpenLineage: which stage read and wrote which tables, told to whoever collects that.

Off by default. Where events go is configured as for every OpenLineage client: by
`openlineage.yml`, or by variables that begin with OPENLINEAGE. Events hold names of tables and
columns, numbers of rows and messages of our own errors; nothing about a person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from desirelines import __version__
from desirelines.errors import DesirelinesError, MachineError
from desirelines.settings.tracking import Lineage as LineageSettings
from desirelines.tables import Table

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient

WHOLE_RUN = "run"
"""The job that a run is; those of its stages are below it."""
PRODUCER = f"https://pypi.org/project/desirelines/{__version__}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table or source: namespace and name as OpenLineage writes them, and its contract."""

    namespace: str
    name: str
    table: Table | None = None


def dataset_at(address: str, table: Table | None = None) -> Dataset:
    """The dataset at a path, or in a catalog under a name with dots."""
    parts = urlparse(address)
    if parts.scheme and parts.netloc:
        return Dataset(f"{parts.scheme}://{parts.netloc}", parts.path.strip("/"), table)
    if parts.scheme in ("", "file") and "/" in address:
        return Dataset("file", str(Path(parts.path).absolute()), table)
    return Dataset("catalog", address, table)


@dataclass
class Lineage:
    """Tells what the stages of one run do; does nothing without a client.

    A collector that cannot be reached never stops a run: it is said once, and no more is sent.

    Attributes:
        client: sends events; null where lineage is off.
        namespace: of the jobs.
        run_id: the run.
        clock: gives the moment of an event.
        say: receives what is worth a line.
    """

    client: OpenLineageClient | None
    namespace: str
    run_id: str
    clock: Callable[[], datetime]
    say: Callable[[str], None]
    _begun: dict[str, datetime] = field(default_factory=dict)

    def began(self, job: str, inputs: Iterable[Dataset] = ()) -> None:
        """A job of the run begins."""
        self._begun[job] = self.clock()
        self._emit("START", job, inputs=inputs)

    def ended(
        self,
        job: str,
        *,
        inputs: Iterable[Dataset] = (),
        outputs: Iterable[Dataset] = (),
        rows: int | None = None,
    ) -> None:
        """It ended; it wrote `rows` in all."""
        self._emit("COMPLETE", job, inputs=inputs, outputs=outputs, rows=rows)

    def failed(self, job: str, error: BaseException) -> None:
        """It failed. Only our own messages are sent: others may show a value of a row."""
        text = str(error) if isinstance(error, DesirelinesError) else type(error).__name__
        self._emit("FAIL", job, message=text)

    def _emit(
        self,
        kind: str,
        job: str,
        *,
        inputs: Iterable[Dataset] = (),
        outputs: Iterable[Dataset] = (),
        rows: int | None = None,
        message: str = "",
    ) -> None:
        if self.client is None:
            return
        from openlineage.client import event_v2 as ol

        try:
            self.client.emit(
                ol.RunEvent(
                    eventType=ol.RunState[kind],
                    eventTime=self.clock().isoformat(),
                    producer=PRODUCER,
                    run=ol.Run(self._uuid(job), facets=self._run_facets(job, message)),
                    job=ol.Job(self.namespace, f"desirelines.{job}"),
                    inputs=[ol.InputDataset(d.namespace, d.name) for d in inputs],
                    outputs=[
                        ol.OutputDataset(
                            d.namespace,
                            d.name,
                            outputFacets=_statistics(rows) if number == 0 else {},
                            facets=_facets(d),
                        )
                        for number, d in enumerate(outputs)
                    ],
                )
            )
        except Exception as error:  # whatever a collector or its network does, the run goes on
            self.client = None
            self.say(f"lineage: no event could be sent ({type(error).__name__}); none follows")

    def _uuid(self, job: str) -> str:
        """The same for all events of one attempt at a job."""
        from openlineage.client.uuid import generate_static_uuid

        began = self._begun.setdefault(job, self.clock())
        return str(generate_static_uuid(began, f"{self.run_id} {job}".encode()))

    def _run_facets(self, job: str, message: str) -> dict[str, Any]:
        from openlineage.client.facet_v2 import error_message_run, parent_run

        facets: dict[str, Any] = {}
        if job != WHOLE_RUN:
            facets["parent"] = parent_run.ParentRunFacet(
                run=parent_run.Run(self._uuid(WHOLE_RUN)),
                job=parent_run.Job(self.namespace, f"desirelines.{WHOLE_RUN}"),
            )
        if message:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(message, "python")
        return facets


def lineage_client(settings: LineageSettings) -> OpenLineageClient | None:
    """The client as it is configured on this machine; null where lineage is off.

    Raises:
        MachineError: the package is not installed, or its configuration cannot be used.
    """
    if not settings.enabled:
        return None
    try:
        from openlineage.client import OpenLineageClient
    except ModuleNotFoundError:
        raise MachineError(
            "lineage.enabled is true, but OpenLineage is not installed: pip install "
            "'desirelines[lineage]'."
        ) from None
    logging.getLogger("openlineage").setLevel(logging.ERROR)
    try:
        return OpenLineageClient()
    except Exception as error:
        raise MachineError(
            f"OpenLineage's configuration cannot be used ({type(error).__name__}). Correct "
            "openlineage.yml, or the variables that begin with OPENLINEAGE."
        ) from None


def _statistics(rows: int | None) -> dict[str, Any]:
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics

    if rows is None:
        return {}
    return {"outputStatistics": statistics.OutputStatisticsOutputDatasetFacet(rowCount=rows)}


def _facets(dataset: Dataset) -> dict[str, Any]:
    from openlineage.client.facet_v2 import documentation_dataset, schema_dataset

    if dataset.table is None:
        return {}
    fields = [
        schema_dataset.SchemaDatasetFacetFields(c.name, c.type.simpleString(), c.comment)
        for c in dataset.table.columns
    ]
    return {
        "schema": schema_dataset.SchemaDatasetFacet(fields),
        "documentation": documentation_dataset.DocumentationDatasetFacet(dataset.table.description),
    }
