"""A warehouse with the members of several runs, without events: runs, changes and members alone."""

from pathlib import Path

from desirelines.io.tables.ledger import PUBLISHED
from desirelines.run.context import Run, new_run
from desirelines.run.progress import Progress
from desirelines.settings import read_settings
from desirelines.settings.run_ids import NO_BASE
from desirelines.stages.after_publication import repair_members
from desirelines.tables import SEGMENT_CHANGES
from tests.properties.oracles.memberships import FIRST_MOMENT, WrittenRun, changes


def build(spark, folder: Path, runs: list[WrittenRun], **settings) -> Run:
    """Write the runs' changes and publish those that have a moment of publication.

    People whose name begins with z have no bucket.
    """
    sets = {"warehouse.path": folder, **settings}
    now = [FIRST_MOMENT]
    run = new_run(
        spark,
        read_settings(sets=[f"{name}={value}" for name, value in sets.items()]),
        runs[-1].run_id,
        lambda: now[0],
        Progress("history"),
    )
    rows = [(*row[:6], None if row[1].startswith("z") else 3) for row in changes(runs)]
    run.warehouse.append(spark.createDataFrame(rows, SEGMENT_CHANGES.schema), SEGMENT_CHANGES)
    base = NO_BASE
    for written in runs:
        if written.published_at is None:
            run.ledger.record(written.run_id, "assign-segments", "DONE", as_of=written.as_of)
            continue
        now[0] = written.published_at
        # Not by the ledger's MERGE, which takes seconds: nobody else writes here.
        run.ledger.record(
            written.run_id, "publish", PUBLISHED, as_of=written.as_of, base_run_id=base
        )
        base = written.run_id
    repair_members(run)
    return run
