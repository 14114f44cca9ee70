"""How the rows of a table lie in its files."""

from pyspark.sql import functions as F

from desirelines.io.tables.layout import laid_out
from desirelines.tables.contract import DAY, TEXT, WHOLE, Column, Table
from tests.support.tables import table


def things(**changes):
    columns = (
        Column("thing", TEXT, "a thing"), Column("on", DAY, "a day"), Column("bucket", WHOLE, "b"),
    )  # fmt: skip
    plain = {"grain": "one thing", "key": ("thing", "on"), "columns": columns, "erased_by": ()}
    return Table("things", **plain, written="append", **changes)


ROWS = """
    thing | on         | n:bucket
    b     | 2026-03-02 | 1
    a     | 2026-03-01 | 2
    d     | 2026-03-01 | 1
    c     | 2026-03-02 | 1
    a     | 2026-03-02 | 2
"""


def test_days_lie_together_in_order_of_bucket_and_key(spark):
    rows = laid_out(table(spark, ROWS), things(partition_by=("on",)), tasks=3)
    tasks = {}
    for row in rows.select("*", F.spark_partition_id().alias("task")).collect():
        tasks.setdefault((row["task"], row["on"]), []).append((row["bucket"], row["thing"]))
    assert sorted((str(day), found) for (_, day), found in tasks.items()) == [
        ("2026-03-01", [(1, "d"), (2, "a")]),
        ("2026-03-02", [(1, "b"), (1, "c"), (2, "a")]),
    ]


def test_without_days_rows_stay_as_they_come(spark):
    rows = table(spark, ROWS)
    assert laid_out(rows, things(), tasks=3) is rows
