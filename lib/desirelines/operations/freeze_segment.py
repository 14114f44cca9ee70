"""Freeze today's members of a segment as a cohort; list the cohorts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from pyspark.sql import functions as F

from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean
from desirelines.history.cohorts import to_cohort
from desirelines.io.tables.rows import listed, row_count
from desirelines.run.context import Run
from desirelines.settings.validators import known_name
from desirelines.tables import COHORT_MEMBERS, SEGMENT_COHORTS, SEGMENT_EVIDENCE, SMALL_GROUP
from desirelines.views.members import definitions_of, members_after
from desirelines.views.parameters import RunParameter, parameter_of
from desirelines.views.runs import computed_by, newest_published


@dataclass(frozen=True, slots=True)
class Cohort:
    """A row of segment_cohorts."""

    cohort: str
    segment_id: str
    definition: str
    run_id: str
    frozen_on: date | None
    frozen_at: datetime
    people_count: int | None


def freeze(run: Run, segment_id: str, name: str) -> Cohort:
    """Keep the members of the newest published run, with their evidence, under a name.

    Idempotent: the same segment of the same run under the same name is kept once. The row of
    `segment_cohorts` is written last; members without one are of a command that was killed, and
    are replaced.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: there is no such segment, or the name is no name or taken.
    """
    cohort = _checked(name)
    published = newest_published(run)
    definitions = {d["segment_id"]: d for d in definitions_of(run, published.run_id)}
    if segment_id not in definitions:
        raise SettingsError(
            [
                f"no segment has the id '{shown(segment_id)}'"
                f"{did_you_mean(segment_id, definitions)}. "
                f"`desirelines history --run {published.run_id}` lists them"
            ]
        )
    taken = next((c for c in cohorts(run) if c.cohort == cohort), None)
    if taken is not None:
        if (taken.segment_id, taken.run_id) == (segment_id, published.run_id):
            return taken
        raise SettingsError(
            [
                f"the cohort '{shown(cohort)}' is segment {taken.segment_id} of run "
                f"{taken.run_id}, and a cohort never changes. Give another name"
            ]
        )
    is_mine = F.col("segment_id") == segment_id
    members = members_after(run, published.run_id).filter(is_mine)
    computed = computed_by(run, published.run_id)
    evidence = run.warehouse.read(SEGMENT_EVIDENCE).filter(F.col("run_id") == computed)
    number = _rule_number(run, published.run_id, segment_id)
    rows = to_cohort(members, evidence, cohort=cohort, rule_number=number)
    if run.warehouse.exists(COHORT_MEMBERS):
        own = listed(run.spark, [cohort], "cohort")
        run.warehouse.delete(own, COHORT_MEMBERS)
    run.warehouse.append(rows, COHORT_MEMBERS)
    people = row_count(run.warehouse.read(COHORT_MEMBERS).filter(F.col("cohort") == cohort))
    row = {
        "cohort": cohort,
        "segment_id": segment_id,
        "definition": definitions[segment_id]["definition"],
        "run_id": published.run_id,
        "frozen_on": published.as_of,
        "frozen_at": run.read_at,
        "people_count": people if people >= SMALL_GROUP else None,
    }
    run.warehouse.append([row], SEGMENT_COHORTS)
    return Cohort(**row)


def cohorts(run: Run) -> tuple[Cohort, ...]:
    """The cohorts, the oldest first."""
    return tuple(
        Cohort(**row) for row in run.warehouse.rows(SEGMENT_COHORTS, "frozen_at", "cohort")
    )


def _rule_number(run: Run, run_id: str, segment_id: str) -> int | None:
    stored = json.loads(parameter_of(run, run_id, RunParameter.RULES) or "[]")
    ids = [rule["segment_id"] for rule in stored]
    return ids.index(segment_id) if segment_id in ids else None


def _checked(name: str) -> str:
    try:
        return known_name(name)
    except ValueError as error:
        raise SettingsError([f"segment freeze: --name: {error}"]) from None
