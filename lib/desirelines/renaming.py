"""A segment's name given by a person: it holds over refits, as long as the segment does."""

from __future__ import annotations

from typing import Any

from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.job import Job
from desirelines.tables import SEGMENT_DEFINITIONS

MOST_LETTERS = 80


def rename(job: Job, segment_id: str, alias: str | None) -> dict[str, Any]:
    """Add a version of the segment's definition with this alias, none for null; give the version. Twice is as once.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: the newest published runs know no such segment, or the name is empty or too long.
    """
    chain = job.ledger.published()
    if not chain:
        raise EmptyInputError("no run was published yet, so there is nothing to name. Run `desirelines run` first.")
    if alias is not None and not 0 < len(alias.strip()) <= MOST_LETTERS:
        raise SettingsError([f"a name has 1 to {MOST_LETTERS} letters, this one has {len(alias.strip())}"])
    ended = [s.run_id for s in job.ledger.ended()]
    rows = job.warehouse.read(SEGMENT_DEFINITIONS).filter(F.col("run_id").isin(ended)).orderBy("version").collect()
    newest = {row["segment_id"]: row.asDict() for row in rows}
    if segment_id not in newest:
        raise SettingsError(
            [
                f"no segment has the id '{segment_id}'{did_you_mean(segment_id, newest)}. `desirelines history --run-id RUN` lists them"
            ]
        )
    now, name = newest[segment_id], None if alias is None else alias.strip()
    if now["alias"] != name:
        now |= {"alias": name, "version": now["version"] + 1, "run_id": chain[-1].run_id}
        job.warehouse.append(job.spark.createDataFrame([now], SEGMENT_DEFINITIONS.schema), SEGMENT_DEFINITIONS)
    return {k: now[k] for k in ("segment_id", "version", "name", "alias", "run_id")}
