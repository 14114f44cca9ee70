"""The lineage of a run: which tables its stages read and write, by their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from desirelines.io.lineage import WHOLE_RUN, Dataset, Lineage, dataset_at, lineage_client
from desirelines.run.context import Run
from desirelines.tables import Table


def lineage_of(run: Run) -> Lineage:
    """What tells the lineage of this run; made once for a command."""
    name = f"lineage {run.run_id}"
    if name not in run.memo:
        settings = run.settings.lineage
        run.memo[name] = Lineage(
            lineage_client(settings), settings.namespace, run.run_id, run.clock, run.progress.say
        )
    lineage: Lineage = run.memo[name]
    return lineage


@contextmanager
def told_whole(run: Run) -> Iterator[None]:
    """Tell the begin and the end of a whole run, of which the stages in the block are parts."""
    lineage = lineage_of(run)
    lineage.began(WHOLE_RUN)
    try:
        yield
    except BaseException as error:
        lineage.failed(WHOLE_RUN, error)
        raise
    lineage.ended(WHOLE_RUN, inputs=sources(run))


def datasets(run: Run, tables: Iterable[Table]) -> list[Dataset]:
    """Tables of the warehouse as datasets."""
    catalog = run.settings.warehouse.catalog
    schema = run.settings.warehouse.schema_
    return [
        Dataset("catalog", f"{catalog}.{schema}.{table.name}", table)
        if catalog
        else dataset_at(run.warehouse.path_of(table.name), table)
        for table in tables
    ]


def sources(run: Run) -> list[Dataset]:
    """The sources of the settings as datasets."""
    return [dataset_at(s.path or s.table or s.name) for s in run.settings.sources]
