"""Snapshots: a state is an event if it differs from the one before."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from desirelines.events.fates import LOOK_UP, with_fates
from tests.support.sources import mapped, source

OF = source(
    snapshot=True, columns={"occurred_at": "t", "event_name": "e"}, stream=["cookie"],
    properties=["plan"], ids={"cookie": "c", "user": "u"},
)  # fmt: skip
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def fates(spark, text, known=None):
    rows = mapped(spark, text, OF).withColumn("is_suppressed", F.lit(False))
    rows = rows.withColumn("no", F.get_json_object("raw", "$.no").cast("int"))
    return with_fates(rows, OF, known).localCheckpoint()


def fates_by_row(rows):
    return {r["no"]: r["fate"] for r in rows.collect()}


def test_only_news_is_used_across_deliveries_and_in_any_order_of_their_rows(spark):
    first = fates(spark, """
        no | c | u | t          | e     | plan | expected
        1  | x |   | 2026-03-01 | state | free | used: never seen
        2  | x |   | 2026-03-02 | state | free | unchanged
        4  | x |   | 2026-03-03 | state | paid | used
        5  | x |   | 2026-03-03 | state | paid | unchanged: the same dump twice
        6  | y |   | 2026-03-03 | state |      | used: nothing is a state as well
        7  | y |   | 2026-03-04 | state |      | unchanged
        8  |   |   | 2026-03-04 | state | free | quarantined
    """)  # fmt: skip
    assert fates_by_row(first) == {
        1: "used", 2: "unchanged", 4: "used", 5: "unchanged", 6: "used", 7: "unchanged",
        8: "quarantined",
    }  # fmt: skip
    known = first.filter("fate = 'used'").select(*LOOK_UP)
    second = fates(spark, """
        no | c | u | t          | e     | plan | expected
        1  | x |   | 2026-03-01 | state | free | unchanged: told before
        2  | x |   | 2026-03-04 | state | paid | unchanged since the third
        3  | x |   | 2026-03-05 | state | free | used: back again
        4  | x |   | 2026-03-02 | state | gold | used: told late, it was news then
        5  | y |   | 2026-03-05 | state | free | used
        6  | y | u | 2026-03-06 | state | free | used: an identifier is news as well
    """, known)  # fmt: skip
    assert fates_by_row(second) == {
        1: "unchanged",
        2: "unchanged",
        3: "used",
        4: "used",
        5: "used",
        6: "used",
    }
    ids = [r["event_id"] for r in [*known.collect(), *second.filter("fate = 'used'").collect()]]
    assert len(ids) == len(set(ids)) == 7


@pytest.mark.parametrize("seed", [1, 2])
def test_dumps_in_their_order_give_the_changes_of_plain_python(spark, seed):
    draw, state, changes, dumps = random.Random(seed), {}, 0, []
    for day in range(6):
        dump = [(f"s{n}", draw.choice(("free", "paid"))) for n in range(40) if draw.random() < 0.9]
        for stream, plan in dump:
            changes += state.get(stream) != plan
            state[stream] = plan
        dumps.append([(stream, DAY + timedelta(days=day), plan) for stream, plan in dump])

    def used(deliveries):
        known = None
        for rows in deliveries:
            lines = [
                f"{n} | {c} | | {t.isoformat()} | state | {p}" for n, (c, t, p) in enumerate(rows)
            ]
            found = fates(spark, "\n".join(["no | c | u | t | e | plan", *lines]), known)
            news = found.filter("fate = 'used'").select(*LOOK_UP)
            known = news if known is None else known.unionByName(news)
        return sorted((r["stream_id"], r["event_id"]) for r in known.collect())

    whole = used([draw.sample([row for dump in dumps for row in dump], sum(map(len, dumps)))])
    assert len(whole) == changes
    assert used([dumps[0] + dumps[1], dumps[2] + dumps[3], dumps[3] + dumps[4] + dumps[5]]) == whole
