"""Worlds of other seeds and sizes through the whole pipeline; they take minutes each.

Groups are compared with personas, also after a refit a month later and with people who change.
`WORLD_SIZES="20000 100000" make worlds` adds larger worlds, one run each; `WORLD_PEOPLE=20000`
enlarges the worlds that live on for a year; `WORLD_SEEDS="7 11"` sets the seeds.
"""

import os
import sys
from collections import Counter
from datetime import timedelta

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.operations.compare_with_truth import BY_RULE, compare_with_truth, true_people
from desirelines.synthetic import build_world
from tests.support.worlds import DAYS, FIRST_DAY, SEEDS, begun

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("compiled")]

PEOPLE = int(os.environ.get("WORLD_PEOPLE", "2000"))
SIZES = [int(size) for size in os.environ.get("WORLD_SIZES", "").split()]
CHANGES, CHANGED_SHARE = ("weekend_binge_watcher", "last_minute_buyer"), 0.02
"""Personas that change into each other, and the share of all people who change either way."""
ROW_IDS = ("event_id", "order_id", "ticket_id", "message_id")
PERSON_IDS = ("anonymous_id", "user_id", "customer_id", "email")


def a_year_later(spark, seed, changed):
    """The same people again, each row of them new.

    People of a changed pair live the other's life, under their own identifiers.
    """
    again = build_world(
        spark, people=PEOPLE, days=DAYS, seed=seed, first_day=FIRST_DAY + timedelta(days=DAYS)
    ).raw
    renamed = [
        row
        for one, other in (*changed, *((b, a) for a, b in changed))
        for row in (
            (one["user_id"], other["user_id"]),
            (one["email"], other["email"]),
            *((s, other["anonymous_ids"][min(n, len(other["anonymous_ids"]) - 1)])
              for n, s in enumerate(one["anonymous_ids"])),
        )
    ]  # fmt: skip
    names = F.broadcast(spark.createDataFrame(renamed, "was string, is_now string"))
    out = {}
    for table, rows in again.items():
        for column in set(ROW_IDS) & set(rows.columns):
            rows = rows.withColumn(column, F.concat(F.lit("later-"), column))
        for column in set(PERSON_IDS) & set(rows.columns):
            rows = rows.join(names, rows[column] == names["was"], "left").withColumn(
                column, F.coalesce("is_now", column)
            )
            rows = rows.drop("was", "is_now")
        out[table] = rows.select(*again[table].columns)
    return out


def pairs_that_change(people):
    """Pairs of people whose personas change into each other; nobody on a shared device."""
    alone = [
        [p for p in people if p["persona"] == name and not p["shares_device"]] for name in CHANGES
    ]
    return list(zip(*alone, strict=False))[: int(len(people) * CHANGED_SHARE)]


def newest_run(warehouse):
    return warehouse.read(tables.SEGMENT_MOVES).agg(F.max("run_id")).collect()[0][0]


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_are_the_personas_and_stay_and_those_who_change_are_seen(
    spark, secret_files, tmp_path, seed
):
    run, warehouse, secret = begun(spark, tmp_path, secret_files, PEOPLE, seed)
    truth = spark.read.format("delta").load(str(tmp_path / "world" / "truth" / "people"))

    def segments_on(as_of):
        run(as_of)
        rows = (
            warehouse.read(tables.SEGMENT_MEMBERS)
            .filter("is_primary")
            .select("person_id", "segment_id")
            .collect()
        )
        return {r["person_id"]: r["segment_id"] for r in rows}

    month_before = segments_on(FIRST_DAY + timedelta(days=DAYS - 30))
    at_end = segments_on(FIRST_DAY + timedelta(days=DAYS))
    index = compare_with_truth(warehouse, truth, secret)
    by_number = {r["person_no"]: r for r in truth.orderBy("person_no").collect()}
    changed = pairs_that_change(list(by_number.values()))
    for table, rows in a_year_later(spark, seed, changed).items():
        rows.write.format("delta").mode("append").save(str(tmp_path / "world" / table))
    year_after = segments_on(FIRST_DAY + timedelta(days=2 * DAYS))

    numbered = truth.select(
        "person_no", F.col("person_no").cast("string").alias("persona"), "user_id"
    )
    number_of = {
        r["person_id"]: int(r["persona"])
        for r in true_people(warehouse, numbered, secret).collect()
        if by_number[int(r["persona"])]["persona"] not in BY_RULE
    }
    other_of = {
        one["person_no"]: other["persona"] for pair in changed for one, other in (pair, pair[::-1])
    }
    both = [p for p in number_of if p in month_before and p in at_end]
    stayed = sum(month_before[p] == at_end[p] for p in both) / len(both)
    later = [p for p in number_of if p in at_end and p in year_after]
    usual = {
        persona: Counter(
            year_after[p]
            for p in later
            if number_of[p] not in other_of and by_number[number_of[p]]["persona"] == persona
        ).most_common(1)[0][0]
        for persona in {by_number[number_of[p]]["persona"] for p in later}
    }
    movers = [p for p in later if number_of[p] in other_of]
    found = sum(
        year_after[p] == usual[other_of[number_of[p]]] and at_end[p] != year_after[p]
        for p in movers
    )
    stayed_a_year = [at_end[p] == year_after[p] for p in later if number_of[p] not in other_of]
    ways = {usual[a]: usual[b] for a, b in (CHANGES, CHANGES[::-1])}
    published_moves = warehouse.read(tables.SEGMENT_MOVES).filter(
        F.col("run_id") == F.lit(newest_run(warehouse))
    )
    moves = {(m["from_segment_id"], m["to_segment_id"]): m for m in published_moves.collect()}
    least = 0.8 * len(changed)
    sys.stdout.write(
        f"\nseed {seed}, {PEOPLE:,} people: {index}; "
        f"{stayed:.3f} of {len(both):,} kept their segment over a month, "
        f"{sum(stayed_a_year) / len(stayed_a_year):.3f} over a year; "
        f"of {len(movers)} who changed {found} are where their new "
        f"persona is; told of them: {[(w, moves.get(w)) for w in ways.items()]}\n"
    )
    assert index["adjusted_rand_index_without_rule_personas"] >= 0.95
    assert stayed >= 0.95
    assert found >= 0.9 * len(movers)
    assert all(
        way in moves
        and moves[way]["people_count"] >= least
        and moves[way]["behaviour_count"] >= least
        for way in ways.items()
    )


@pytest.mark.skipif(not SIZES, reason="WORLD_SIZES names no size")
@pytest.mark.parametrize("people", SIZES)
@pytest.mark.parametrize("seed", SEEDS)
def test_groups_are_the_personas_in_larger_worlds(spark, secret_files, tmp_path, people, seed):
    run, warehouse, secret = begun(spark, tmp_path, secret_files, people, seed)
    run(FIRST_DAY + timedelta(days=DAYS))
    truth = spark.read.format("delta").load(str(tmp_path / "world" / "truth" / "people"))
    index = compare_with_truth(warehouse, truth, secret)
    sys.stdout.write(f"\nseed {seed}, {people:,} people: {index}\n")
    assert index["adjusted_rand_index_without_rule_personas"] >= 0.95
