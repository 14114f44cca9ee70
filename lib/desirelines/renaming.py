"""A segment's name given by a person: it holds over refits, as long as the segment does."""

from __future__ import annotations

from typing import Any

from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError, SettingsError, did_you_mean
from desirelines.job import Job
from desirelines.settings.checks import known_name, shown
from desirelines.tables import SEGMENT_DEFINITIONS


def rename(job: Job, segment_id: str, alias: str | None) -> dict[str, Any]:
    """Add a version of the segment's definition with this alias, none for null; give the version. Twice is as once.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: the newest published runs know no such segment, or the name is none (see `settings.checks.known_name`).
    """
    name = None if alias is None else _checked(alias)
    chain = job.ledger.published()
    if not chain:
        raise EmptyInputError("no run was published yet, so there is nothing to name. Run `desirelines run` first.")
    ended = [s.run_id for s in job.ledger.ended()]
    rows = job.warehouse.read(SEGMENT_DEFINITIONS).filter(F.col("run_id").isin(ended)).orderBy("version").collect()
    newest = {row["segment_id"]: row.asDict() for row in rows}
    if segment_id not in newest:
        raise SettingsError(
            [
                f"no segment has the id '{shown(segment_id)}'{did_you_mean(segment_id, newest)}. `desirelines history --run-id RUN` lists them"
            ]
        )
    now = newest[segment_id]
    if now["alias"] != name:
        now |= {"alias": name, "version": now["version"] + 1, "run_id": chain[-1].run_id}
        job.warehouse.append(job.spark.createDataFrame([now], SEGMENT_DEFINITIONS.schema), SEGMENT_DEFINITIONS)
    return {k: now[k] for k in ("segment_id", "version", "name", "alias", "run_id")}


def _checked(name: str) -> str:
    try:
        return known_name(name)
    except ValueError as error:
        raise SettingsError([f"rename: {error}"]) from None
