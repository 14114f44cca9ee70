"""How the rows of a table lie in its files."""

from datetime import date

import pytest
from pyspark.sql import functions as F

from desirelines.errors import ContractError
from desirelines.io.tables.layout import laid_out, period_for, period_start, with_period
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import EVENTS, SESSIONS
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


PERIODS = """
    on         | day_on     | week_on    | month_on
    2026-03-01 | 2026-03-01 | 2026-02-23 | 2026-03-01
    2026-03-02 | 2026-03-02 | 2026-03-02 | 2026-03-01
    2024-12-31 | 2024-12-31 | 2024-12-30 | 2024-12-01
    2024-02-29 | 2024-02-29 | 2024-02-26 | 2024-02-01
"""


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_rows_are_filed_by_the_first_day_of_their_period(spark, period):
    rows = with_period(table(spark, PERIODS), things(period_of="on"), period)
    found = rows.select("on", "period_on", f"{period}_on").collect()
    assert [row[1] for row in found] == [row[2] for row in found]
    assert [period_start(period, row["on"]) for row in found] == [row[2] for row in found]


@pytest.mark.parametrize(
    ("events_a_day", "expected"),
    [(0, "month"), (29_999.5, "month"), (30_000, "week"), (199_999, "week"), (200_000, "day")],
)
def test_the_more_events_a_day_the_shorter_the_period(events_a_day, expected):
    assert period_for(events_a_day) == expected


def test_a_warehouse_keeps_the_period_that_its_events_were_created_with(spark, tmp_path):
    def warehouse(period="auto", events_a_day=0):
        settings = WarehouseSettings(path=str(tmp_path), period=period)
        return Warehouse(spark, settings, expected_events_a_day=events_a_day)

    first = warehouse(events_a_day=50_000)
    assert first.period(SESSIONS) == "week"
    first.create(EVENTS)
    later = warehouse(events_a_day=1_000_000)
    later.create(SESSIONS)
    assert (later.period(EVENTS), later.period(SESSIONS)) == ("week", "week")
    assert warehouse("week").problems(SESSIONS) == []
    with pytest.raises(ContractError, match=r"filed by week, and warehouse\.period is day: set it"):
        warehouse("day").create(EVENTS)
    row = dict.fromkeys(EVENTS.column_names) | {"occurred_on": date(2026, 3, 4)}
    later.append(spark.createDataFrame([row], EVENTS.schema), EVENTS)
    assert later.partitions(EVENTS, "period_on") == {date(2026, 3, 2)}
