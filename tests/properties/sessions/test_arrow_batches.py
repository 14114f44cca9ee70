"""Streams of a partition, whatever its size, come out as batches that Spark takes."""

import numpy as np

from desirelines.sessions.arrow_batches import sessions_of_table
from desirelines.sessions.kernel import Rules
from desirelines.sessions.sessions import KERNEL_ROWS
from tests.properties.sessions.values import GAP_US, plain, sessions_in, table_of


def test_the_kernel_gives_its_columns_in_the_order_in_which_spark_takes_them():
    """Spark takes the columns of a batch by their place and does not look at names."""
    rows = next(
        iter(sessions_of_table(table_of([[plain(at_us=0, event_id="e")]]), Rules(gap_us=GAP_US)))
    )
    assert rows.schema.names == KERNEL_ROWS.names


def test_a_stream_of_very_many_sessions_and_its_neighbours_keep_apart():
    random = np.random.default_rng(5)
    heavy = [
        plain(at_us=int(t), event_id=f"h{k}")
        for k, t in enumerate(np.cumsum(random.integers(1, 50, 5_000)))
    ]
    light = [
        [
            plain(at_us=int(t), event_id=f"{n}-{k}")
            for k, t in enumerate(random.integers(0, 90_000, 40))
        ]
        for n in range(20)
    ]
    rules = Rules(gap_us=GAP_US, max_us=2_000, max_events=75)
    whole = sessions_in([heavy, *light], rules)
    assert whole == [
        row | {"stream_id": f"s{n}"}
        for n, events in sorted(enumerate([heavy, *light]), key=lambda p: f"s{p[0]}")
        for row in sessions_in([events], rules)
    ]  # fmt: skip
    assert {s["cause"] for s in whole} == {
        "first_event",
        "idle_timeout",
        "max_duration",
        "max_events",
    }
