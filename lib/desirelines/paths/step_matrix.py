"""The step matrix (which step is at which place of a path), and facts about each step.

The facts are how often paths begin, end, loop and turn back at the step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.columns.small_groups import is_publishable, keep_publishable
from desirelines.kernels.groups import GroupSum
from desirelines.paths import kernel
from desirelines.paths.person_batches import Batch, Counted, to_groups, to_tallies
from desirelines.paths.transitions import HIDDEN, PATH_END
from desirelines.paths.units import PERSON
from desirelines.paths.withholding import withheld
from desirelines.tables import PATH_POSITIONS, PATH_STEPS, SMALL_GROUP
from desirelines.tables.conform import conform

OF = ("grain", "segment_id")
VISIT_FACTS = (
    "people_count",
    "visit_count",
    "path_count",
    "_begins",
    "_ends",
    "_loops",
    "_followed",
    "_backtracks",
    "_followed_by_two",
    "_who_begin",
    "_who_end",
    "_who_loop",
    "_who_turn_back",
)
"""Counts for each step: people, then the sums of `kernel.visits` in its order, then the people with
any of the last-named."""


def to_positions(
    paths: DataFrame, *, places: int, run_id: str, overlapping: Collection[str] = ()
) -> DataFrame:
    """The step matrix per grain and segment, and for all, as contracted.

    `paths` as in `person_batches.to_tallies`. A cell (step, place) is the number of paths with the
    step at that place over all paths, so the shares of one place sum to 1. A path that is over
    stays in path_end. Cells of fewer than ten people become __hidden__, and so do those by which
    they could be computed (see `withholding`). Where that would take a path_end of ten people, too
    few are left who took a step: the group has no row at that place. `overlapping` are the segments
    that do not divide everybody. Two shuffles, of groups' cells.
    """
    cells = to_tallies(
        paths,
        partial(_cells_of, places=places),
        "place long, step string, _people long, path_count long",
    )
    columns = (
        "grain string, segment_id string, place long, step string, "
        "path_count long, path_share double"
    )
    by_place = to_groups(cells, "place", "step").groupBy("grain", "place")
    rules = frozenset(overlapping)

    def of_place(cells: pa.Table) -> pa.Table:
        return _publishable_cells(cells, overlapping=rules)

    matrix = by_place.applyInArrow(of_place, columns)
    return conform(matrix.withColumn("run_id", F.lit(run_id)), PATH_POSITIONS)


def _publishable_cells(cells: pa.Table, *, overlapping: frozenset[str]) -> pa.Table:
    """Cells of one grain and place, with the withheld ones summed for each segment.

    Runs on executors.
    """
    # A person has one path of all sessions, but may have many sessions: then the people of two
    # steps may be the same.
    is_exact = cells.column("grain")[0].as_py() == PERSON
    gone = withheld(
        cells, "step", people="_people", overlapping=overlapping, is_exact=is_exact, last=PATH_END
    )
    steps = [
        HIDDEN if is_gone else step
        for step, is_gone in zip(cells.column("step").to_pylist(), gone, strict=True)
    ]
    segments, paths, people = (
        cells.column(c).to_pylist() for c in ("segment_id", "path_count", "_people")
    )
    left_out = {
        segment
        for segment, step, of_people, is_gone in zip(
            segments, cells.column("step").to_pylist(), people, gone, strict=True
        )
        if is_gone and step == PATH_END and of_people >= SMALL_GROUP
    }
    whole = dict[str, int]()
    counted = dict[tuple[str, str], int]()
    most = dict[tuple[str, str], int]()
    for key, of_paths, of_people in zip(
        zip(segments, steps, strict=True), paths, people, strict=True
    ):
        whole[key[0]] = whole.get(key[0], 0) + of_paths
        counted[key] = counted.get(key, 0) + of_paths
        most[key] = most.get(key, 0) + of_people if is_exact else max(most.get(key, 0), of_people)
    published = sorted(
        key for key in counted if most[key] >= SMALL_GROUP and key[0] not in left_out
    )
    first_row = pa.array([0] * len(published), pa.int64())
    return pa.table(
        {
            "grain": cells.column("grain")[:1].take(first_row),
            "segment_id": pa.array([segment for segment, _ in published], pa.string()),
            "place": cells.column("place")[:1].take(first_row),
            "step": pa.array([step for _, step in published], pa.string()),
            "path_count": pa.array([counted[key] for key in published], pa.int64()),
            "path_share": pa.array(
                [counted[key] / whole[key[0]] for key in published], pa.float64()
            ),
        }
    )


def to_step_facts(paths: DataFrame, *, run_id: str, overlapping: Collection[str] = ()) -> DataFrame:
    """One row per grain, segment and step, as contracted, from paths as in `to_positions`.

    Five shuffles, of groups' steps.
    """
    columns = ", ".join(f"{name} long" for name in VISIT_FACTS)
    facts = to_groups(to_tallies(paths, _visits_of, f"step string, {columns}"), "step")
    # Every path begins with exactly one step.
    every_path = F.sum("_begins").over(Window.partitionBy(*OF))
    shares = {
        "entry_share": F.col("_begins") / every_path,
        "exit_share": F.col("_ends") / every_path,
        "drop_off_share": F.col("_ends") / F.col("path_count"),
        "loop_share": _share("_loops", "_followed", "_who_loop", overlapping),
        "backtrack_share": _share("_backtracks", "_followed_by_two", "_who_turn_back", overlapping),
        "revisit_share": (F.col("visit_count") - F.col("path_count")) / F.col("visit_count"),
        "run_id": F.lit(run_id),
    }
    rules = frozenset(overlapping)

    def of_grain(facts: pa.Table) -> pa.Table:
        return _withhold_ends(facts, overlapping=rules)

    facts = facts.withColumns(shares)
    steps = facts.groupBy("grain").applyInArrow(of_grain, facts.schema)
    return conform(keep_publishable(steps, "grain", "step", overlapping=overlapping), PATH_STEPS)


def _withhold_ends(facts: pa.Table, *, overlapping: frozenset[str]) -> pa.Table:
    """Withhold shares of begins and ends for the same people as in the table of edges.

    The rows are the steps of one grain. Runs on executors.
    """
    is_exact = facts.column("grain")[0].as_py() == PERSON
    for people, shares in (
        ("_who_begin", ("entry_share",)),
        ("_who_end", ("exit_share", "drop_off_share")),
    ):
        gone = withheld(facts, "step", people=people, overlapping=overlapping, is_exact=is_exact)
        for share in shares:
            place = facts.schema.get_field_index(share)
            value = pc.if_else(pa.array(gone), None, facts.column(share))
            facts = facts.set_column(place, facts.schema.field(place), value)
    return facts


def _cells_of(batch: Batch, *, places: int) -> Iterator[Counted]:
    """Places of people's paths. Runs on executors."""
    tally = batch.by_group(kernel.places(batch.steps, places, end=len(batch.names)))
    group, place, step = tally.keys
    people, paths = map(pa.array, tally.sums)
    names = pa.concat_arrays([batch.names, pa.array([PATH_END], batch.names.type)])
    yield (
        group,
        {
            "place": pa.array(place),
            "step": names.take(pa.array(step)),
            "_people": people,
            "path_count": paths,
        },
    )


def _visits_of(batch: Batch) -> Iterator[Counted]:
    """Visits to the steps of people's paths. Runs on executors."""
    of_person = kernel.visits(batch.steps)
    begins, ends, loops, backtracks = (of_person.sums[n] for n in (2, 3, 4, 6))
    who = tuple((count > 0).astype(np.int64) for count in (begins, ends, loops, backtracks))
    tally = batch.by_group(GroupSum(of_person.keys, (*of_person.sums, *who)))
    group, step = tally.keys
    sums = zip(VISIT_FACTS, map(pa.array, tally.sums), strict=True)
    yield group, {"step": batch.names.take(pa.array(step)), **dict(sums)}


def _share(part: str, whole: str, who: str, overlapping: Collection[str]) -> Column:
    """A share; null where the whole is 0, or the people behind the part must not be published."""
    may_publish = (F.col(who) == 0) | is_publishable(
        F.col(who), "grain", "step", overlapping=overlapping
    )
    return F.when((F.col(whole) > 0) & may_publish, F.col(part) / F.col(whole))
