"""Marks that stand for identifiers in a masked row."""

from pyspark.sql import functions as F

from desirelines.events.marks import mark_of, marked_key
from tests.support.tables import table

A, B = "a" * 32, "b" * 32


def test_a_mark_gives_the_keys_back_by_their_types(spark):
    rows = table(spark, f"""
        user | cookie | expected
        {A}  | {B}    | key:user:{A} key:cookie:{B}
        {A}  |        | key:user:{A}
             | {B}    | key:cookie:{B}
             |        |
    """)  # fmt: skip
    marks = rows.withColumn("mark", mark_of([("user", "user"), ("cookie", "cookie")]))
    got = marks.select(
        "user", "cookie", "expected", "mark", marked_key("user", F.col("mark")).alias("u"),
        marked_key("cookie", F.col("mark")).alias("c"),
    ).collect()  # fmt: skip
    assert [(r["mark"], r["u"], r["c"]) for r in got] == [
        (r["expected"], r["user"], r["cookie"]) for r in got
    ]


def test_what_only_looks_like_a_mark_is_none(spark):
    rows = table(spark, f"""
        cell              | expected
        key:user:{A}      | {A}
        xkey:user:{A}     |
        key:users:{A}     |
        key:user:{A}0     |
        key:user:{A[:31]} |
        key:u.er:{A}      |
                          |
    """)  # fmt: skip
    got = rows.select("expected", marked_key("user", F.col("cell")).alias("got")).collect()
    assert [r["got"] for r in got] == [r["expected"] for r in got]
    assert rows.filter(marked_key("u.er", F.col("cell")).isNotNull()).count() == 1
