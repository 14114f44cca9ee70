"""The fates of rows, against plain Python, and the laws of arrival.

Rows are shuffled, split into deliveries, and replayed.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from desirelines.events.fates import LOOK_UP, with_fates
from tests.support.sources import mapped, source

OF = source(
    columns={
        "occurred_at": "t",
        "event_name": "e",
        "event_id": "id",
        "received_at": "r",
        "amount": "paid",
    },
    stream=["cookie"],
)
START = datetime(2026, 3, 1, 10, tzinfo=UTC)


def small_streams(draw, streams=60):
    """Rows of small streams in which ids, times and contents coincide: no, c, id, t, r, e, paid."""
    rows = []
    for stream in range(streams):
        for _ in range(draw.randint(1, 7)):
            at = START + timedelta(minutes=draw.choice((0, 0, 1, 5)))
            rows.append({
                "c": f"s{stream}", "id": draw.choice("aab"), "t": at,
                "r": at + timedelta(seconds=draw.choice((0, 0, 3))),
                "e": draw.choice(("look", "look", "buy")),
                "paid": draw.choice(("", "1", "2")) if draw.random() < 0.3 else "",
            })  # fmt: skip
    return [{"no": n, **row} for n, row in enumerate(rows)]


def in_spark(spark, rows):
    lines = ["no | id | c | u | t | r | e | paid"]
    lines += [
        f"{r['no']} | {r['id']} | {r['c']} | | {r['t'].isoformat()} | {r['r'].isoformat()} | "
        f"{r['e']} | {r['paid']}"
        for r in rows
    ]
    found = mapped(spark, "\n".join(lines), OF).withColumn("is_suppressed", F.lit(False))
    return found.withColumn("no", F.get_json_object("raw", "$.no").cast("int"))


def content(row):
    """The content of an event, as far as these rows differ; its received time is not part of it."""
    return row["t"], row["e"], row["paid"]


def fates_of(rows, digest):
    """The rule in plain Python: of equal ids in a stream the first stays.

    The order is time, arrival, digest.
    """
    kept, fates = {}, {}
    # Rows equal in all of this differ only in their number, which is part of the raw text:
    # any of them may stay.
    for row in sorted(rows, key=lambda r: (r["t"], r["r"], digest[r["no"]])):
        event = row["c"], row["id"]
        fate = (
            "used"
            if event not in kept
            else "duplicate"
            if kept[event] == content(row)
            else "conflict"
        )
        kept.setdefault(event, content(row))
        fates.setdefault((*event, row["r"], content(row)), Counter())[fate] += 1
    return fates


def found_fates(rows, classified):
    fate = {r["no"]: r["fate"] for r in classified.select("no", "fate").collect()}
    found = {}
    for row in rows:
        found.setdefault((row["c"], row["id"], row["r"], content(row)), Counter())[
            fate[row["no"]]
        ] += 1
    return found


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(draw=st.randoms(use_true_random=True))
def test_fates_are_those_of_plain_python_in_any_order_and_on_any_number_of_partitions(spark, draw):
    rows = small_streams(draw)
    first = in_spark(spark, rows)
    digest = {r["no"]: r["content_digest"] for r in first.select("no", "content_digest").collect()}
    expected = fates_of(rows, digest)
    assert {f for counts in expected.values() for f in counts} == {
        "used",
        "duplicate",
        "conflict",
    }  # of 60 streams, always
    assert found_fates(rows, with_fates(first, OF, None)) == expected
    shuffled = draw.sample(rows, len(rows))
    assert (
        found_fates(rows, with_fates(in_spark(spark, shuffled).repartition(5), OF, None))
        == expected
    )


@pytest.mark.parametrize("seed", [3])
def test_split_into_deliveries_and_replayed_the_same_events_are_used_once(spark, seed):
    draw = random.Random(seed)
    rows = small_streams(draw)

    def events(used):
        return sorted(
            (r["stream_id"], r["event_id"]) for r in used.select("stream_id", "event_id").collect()
        )

    whole = events(with_fates(in_spark(spark, rows), OF, None).filter("fate = 'used'"))
    assert len(whole) == len(set(whole)) == len({(r["c"], r["id"]) for r in rows})
    known, account = None, Counter()
    deliveries = [[], [], []]
    for row in draw.sample(rows, len(rows)):
        draw.choice(deliveries).append(row)
    for delivery in [*deliveries, rows]:  # and all of it again
        classified = with_fates(in_spark(spark, delivery), OF, known).localCheckpoint()
        account.update(r["fate"] for r in classified.select("fate").collect())
        used = classified.filter("fate = 'used'").select(*LOOK_UP)
        known = used if known is None else known.unionByName(used)
    assert events(known) == whole
    assert account["used"] == len(whole)
    assert sum(account.values()) == 2 * len(rows)
