"""One order that several streams of a person tell."""

from pyspark.sql import functions as F

from desirelines.sessions.orders_of_people import with_orders_of_people
from tests.support.tables import sessions

SAID = ("numbers", "contents", "times", "lines", "amounts", "discounts")
"""Of each statement: number of the order, hash of its lines, time, lines, money, discount."""


def test_an_order_counts_once_for_its_person_in_the_session_that_told_it_first(spark):
    given = sessions(spark, """
        session_id | person_id | stream_id | said                         | n:order_count | wanted
        reload_1   | ann       | laptop    | 7 1 10 2 50 5                | 1             | 1 2 50 5
        reload_2   | ann       | phone     | 7 1 20 2 50 5                | 1             | 0 0 0 0
        split_1    | bob       | phone     | 7 1 10 1 10 0                | 1             | 1 1 10 0
        split_2    | bob       | laptop    | 7 2 11 1 20 0                | 1             | 0 1 20 0
        mixed_1    | cy        | laptop    | 7 1 10 1 10 0                | 1             | 1 1 10 0
        mixed_2    | cy        | phone     | 7 1 30 1 10 0, 8 1 31 1 10 0 | 2             | 1 1 10 0
        parts_1    | dan       | laptop    | 7 1 10 1 10 0, 7 2 12 1 20 0 | 1             | 0 0 0 0
        parts_2    | dan       | phone     | 7 2 8 1 20 0, 7 1 9 1 10 0   | 1             | 1 2 30 0
        alone_1    | eve       | laptop    | 7 1 10 1 10 0, 7 2 12 1 20 0 | 1             | 1 2 30 0
        other_1    | fay       | laptop    | 7 1 10 1 10 0                | 1             | 1 1 10 0
        none       | fay       | phone     |                              | 1             | 1 1 40 0
    """)  # fmt: skip
    told = with_orders_of_people(_with_said(given)).collect()
    got = {
        r["session_id"]: f"{r['order_count']} {r['order_line_count']} {r['amount']:.0f} "
        f"{r['discount']:.0f}"
        for r in told
    }
    assert got == {r["session_id"]: r["wanted"] for r in told}
    assert all((r["order_count"] > 0) == (r["first_order_at"] is not None) for r in told)
    assert all(r["purchase_count"] == r["order_count"] for r in told)


def _with_said(given):
    """Sessions whose lists of orders, and sums of them, are what `said` says."""
    said = F.filter(F.split(F.coalesce("said", F.lit("")), ", "), lambda s: s != "")

    def field(number):
        return F.transform(said, lambda s: F.split(s, " ")[number].cast("bigint"))

    lists = given.withColumns({f"order_{name}": field(n) for n, name in enumerate(SAID)})

    def total(name, nothing):
        sums = F.aggregate(f"order_{name}", F.lit(0).cast("bigint"), lambda a, b: a + b)
        return F.when(F.size(said) > 0, sums).otherwise(nothing)

    e4 = F.transform("order_amounts", lambda m: m * 10_000)
    return lists.withColumns(
        {
            "order_line_count": total("lines", 1),
            "amount": total("amounts", 40).cast("decimal(18,4)"),
            "discount": total("discounts", 0).cast("decimal(18,4)"),
            "purchase_count": F.col("order_count"),
            "first_order_at": F.timestamp_seconds(F.lit(1)),
            "last_order_at": F.timestamp_seconds(F.lit(1)),
            "order_amounts": e4,
            "order_discounts": F.transform("order_discounts", lambda m: m * 10_000),
        }
    ).withColumn("started_at", F.timestamp_seconds(F.lit(1)))
