"""Counting rows, and a table without any."""

from desirelines.io.tables.rows import empty_like, row_count
from desirelines.tables import SESSIONS


def test_nothing_has_the_columns_of_its_table_and_no_row(spark):
    nothing = empty_like(spark, SESSIONS)
    assert (nothing.schema, row_count(nothing)) == (SESSIONS.schema, 0)
    assert row_count(spark.range(3)) == 3
