"""Every row that was read is accounted for."""

import json

from pyspark.sql import functions as F

from desirelines import tables
from tests.support import shop
from tests.support.published import FIRST, read


def test_every_row_has_one_fate_and_the_sum_is_right(spark, first_template):
    account = {
        r["fate"]: (r["row_count"], r["rows_read"])
        for r in read(spark, first_template, tables.ROW_ACCOUNTS).collect()
    }
    regular = len(shop.rows(*FIRST))
    total = regular + 14
    assert account == {
        "used": (regular + 4, total),
        "duplicate": (2, total),
        "conflict": (1, total),
        "quarantined": (7, total),
    }
    assert read(spark, first_template, tables.EVENTS).count() == regular + 4
    reasons = (
        read(spark, first_template, tables.QUARANTINED_EVENTS)
        .select(F.explode("reasons").alias("r"))
        .groupBy("r")
        .count()
        .collect()
    )
    assert {r["r"]: r["count"] for r in reasons} == {
        "occurred_at: not a time": 3, "occurred_at: in the future": 3,
        "stream: no identifier of type cookie": 1,
        "event_id: another event has the same id and other content": 1,
    }  # fmt: skip
    raw = [
        json.loads(r["raw"])
        for r in read(spark, first_template, tables.QUARANTINED_EVENTS).collect()
    ]
    expected = [
        r
        for r in shop.mess()
        if r["id"].startswith(("bad", "future", "nobody")) or r["url"] == "/elsewhere"
    ]
    assert sorted((r["id"], r["at"], "cookie" in r) for r in raw) == sorted(
        (r["id"], r["at"], r["cookie"] != "null") for r in expected
    )
