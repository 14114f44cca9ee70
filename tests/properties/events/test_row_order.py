"""Events at one time have one order, in Spark and in the kernel that cuts sessions."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from desirelines.events.row_order import AFTER_TIME, event_order
from desirelines.sessions import arrow_batches, kernel

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
VALUES = {
    "received_at": (None, AT, AT + timedelta(seconds=1)),
    "source": ("app", "web"),
    "file_name": (None, "a.csv", "b.csv"),
    "file_place": (None, 0, 1),
    "event_id": ("e1", "e2"),
}


def test_the_kernel_sorts_ties_as_spark_does(spark):
    rows = list(itertools.product(*VALUES.values()))
    np.random.default_rng(7).shuffle(rows)
    events = spark.createDataFrame(
        [(n, AT, *row) for n, row in enumerate(rows)],
        "n long, occurred_at timestamp, received_at timestamp, source string, file_name string, "
        "file_place long, event_id string",
    )
    by_spark = [row["n"] for row in events.orderBy(*event_order()).select("n").collect()]
    columns = dict(zip(VALUES, zip(*rows, strict=True), strict=True))
    table = {name: pa.array(values) for name, values in columns.items()}
    table["received_us"] = table["received_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    same = np.zeros(len(rows), np.int64)
    by_kernel = kernel.sort_order(same, same, arrow_batches.ranks_of_ties(table))
    assert by_kernel.tolist() == by_spark
    assert list(VALUES) == list(AFTER_TIME)
