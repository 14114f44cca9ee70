"""Stage the members of an older run as those of a new one. All staged; nothing is computed anew."""

from __future__ import annotations

from functools import reduce
from itertools import chain
from operator import and_, or_
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.events.fates import suppressed_at, with_suppressed
from desirelines.frames.keep import kept, release
from desirelines.history.membership_changes import to_changes
from desirelines.history.restoration import to_people_since, to_restored_members
from desirelines.io.tables.driver_rows import DriverRows
from desirelines.io.tables.ledger import State
from desirelines.io.tables.rows import listed
from desirelines.rules.answers import UNKNOWN_NODES
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.settings.rule_conditions import purposes_of
from desirelines.settings.segment_rules import Rule
from desirelines.stages.segment_counts import Memberships, published_sums
from desirelines.tables import (
    CLUSTER_MODELS,
    IDENTITY_MAP,
    RUN_PARAMETERS,
    SEGMENT_CHANGES,
    SEGMENT_COVERAGE,
    SEGMENT_DEFINITIONS,
    SEGMENT_MOVES,
    SEGMENT_OVERLAP,
    SEGMENT_SIZES,
    STREAM_OWNERS,
    SUPPRESSIONS,
    Table,
)
from desirelines.views.events import keep_consented, with_agreement
from desirelines.views.identities import open_identities
from desirelines.views.members import definition_rows, definitions_of, main_segments, members_after
from desirelines.views.rules import rules_of_run
from desirelines.views.runs import runs_until


def restore(run: Run, older: State, newest: State) -> StageReport:
    """Members, definitions and model of the older run → this run's, with changes against newest.

    Sizes, moves and overlaps are counted. Profiles, scorecards, evidence and paths stay those of
    the older run: they are of the people and the days of then.
    """
    definitions = definitions_of(run, older.run_id)
    before = kept(members_after(run, newest.run_id))
    now = kept(members_today(run, older, before))
    changes = kept(to_changes(before, now, run_id=run.run_id, as_of=run.as_of))
    no_answers = run.spark.createDataFrame([], f"{UNKNOWN_NODES} array<long>")
    try:
        run.warehouse.replace_run(changes, SEGMENT_CHANGES, run.run_id)
        sums = published_sums(
            run,
            [d["segment_id"] for d in definitions],
            Memberships(before, now, changes, no_answers),
            main=main_segments(definitions),
            rules=(),
            expected=None,
            base_run_id=newest.run_id,
        )
        rows: list[tuple[DataFrame | DriverRows, Table]] = [
            (sums.sizes, SEGMENT_SIZES),
            (sums.moves, SEGMENT_MOVES),
            (sums.overlaps, SEGMENT_OVERLAP),
            (sums.coverage, SEGMENT_COVERAGE),
            (_definitions_again(run, older.run_id), SEGMENT_DEFINITIONS),
            (_rows_again(run, CLUSTER_MODELS, older.run_id), CLUSTER_MODELS),
            (_rows_again(run, RUN_PARAMETERS, older.run_id), RUN_PARAMETERS),
        ]
        run.warehouse.replace_run_of(rows, run.run_id)
    finally:
        release(changes, now, before)
    return StageReport(sums.everybody, f"people of run {older.run_id}, as they are today")


def members_today(run: Run, older: State, before: DataFrame) -> DataFrame:
    """The members of the older run as people of today: person_id, bucket, segment_id, is_primary.

    People who are in no segment of the newest run (`before`) are left out: they are gone, erased or
    refuse consent. So are those who refuse or are suppressed since; and of a segment with a
    purpose, those who do not agree to it any more.
    """
    then = members_after(run, older.run_id)
    people = to_people_since(
        then,
        run.warehouse.read(IDENTITY_MAP),
        run.warehouse.read(STREAM_OWNERS),
        listed(run.spark, runs_until(run, older.run_id), "run_id"),
    )
    known = people.join(before.select("person_id").distinct(), "person_id", "left_semi")
    moment = F.lit(run.window.end).alias("_now")
    consented = keep_consented(run, known.select("*", moment), began="_now", ended="_now")
    members = to_restored_members(
        then,
        _drop_suppressed(run, consented.drop("_now")),
        buckets=run.settings.warehouse.buckets,
    )
    return _keep_agreed(run, members, rules_of_run(run, older.run_id))


def _keep_agreed(run: Run, members: DataFrame, rules: tuple[Rule, ...]) -> DataFrame:
    """Without members of segments to whose purpose they do not agree today."""
    purposes = {rule.segment_id: asked for rule in rules if (asked := purposes_of(rule.condition))}
    if not purposes:
        return members
    columns = {p: f"_agrees_{n}" for n, p in enumerate(sorted(set(chain(*purposes.values()))))}
    marked = with_agreement(run, members, columns)
    is_left_out = (
        (F.col("segment_id") == segment)
        & ~reduce(and_, (F.coalesce(columns[purpose], F.lit(False)) for purpose in asked))
        for segment, asked in purposes.items()
    )
    return marked.filter(~reduce(or_, is_left_out)).select(members.columns)


def _drop_suppressed(run: Run, people: DataFrame) -> DataFrame:
    """Without people one of whose identifiers is on the suppression list."""
    if not run.warehouse.exists(SUPPRESSIONS):
        return people
    tokens = suppressed_at(run.warehouse.read(SUPPRESSIONS), run.read_at)
    pads = secret_pads(run.spark, run.suppression_secret)
    own_keys = open_identities(run).select("key", "person_id")
    streams = people.select(F.col("person_id").alias("key"), "person_id")
    marked = with_suppressed(own_keys.unionByName(streams), tokens, pads, ["key"])
    return people.join(marked.filter("is_suppressed"), "person_id", "left_anti")


def _definitions_again(run: Run, older: str) -> list[dict[str, Any]]:
    """New versions of definitions that have changed since the older run, as they were then."""
    ended = [s.run_id for s in run.ledger.ended()]
    newest = definition_rows(run, ended)
    mine = {d["segment_id"] for d in definitions_of(run, older)}
    then = definition_rows(run, ended[: ended.index(older) + 1])
    columns = ("name", "definition")
    return [
        row
        | {
            "version": newest[segment]["version"] + 1,
            "alias": newest[segment]["alias"],
            "run_id": run.run_id,
        }
        for segment, row in then.items()
        if segment in mine and any(row[c] != newest[segment][c] for c in columns)
    ]


def _rows_again(run: Run, table: Table, older: str) -> list[dict[str, Any]]:
    rows = run.warehouse.rows(table, where={"run_id": [older]})
    return [row | {"run_id": run.run_id} for row in rows]
