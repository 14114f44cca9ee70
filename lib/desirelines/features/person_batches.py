"""Features that are no sums of days: sessions in Arrow batches through the kernels.

One row per person comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.features.distinct_counts import categories_seen, features_used, weeks
from desirelines.features.path_entropy import path_features
from desirelines.features.person_days import is_active, local_day
from desirelines.features.purchase_timing import Spans, buying_features, open_carts
from desirelines.features.window import ObservationWindow
from desirelines.features.window_sums import in_window
from desirelines.kernels.arrow import flat_lists, whole_numbers, whole_people
from desirelines.kernels.groups import Flags, Ints, Reals

MONDAY = 4
"""The first Monday, in days from 1 January 1970."""
COUNTED = (
    "person_id string, distinct_categories double, top_category_share double, "
    "features_used double, active_weeks long, window_weeks long, look_ahead_share double, "
    "hours_to_order double, path_entropy double, self_loop_rate double, open_cart_us long"
)


def to_counted_features(
    sessions: DataFrame,
    window: ObservationWindow,
    *,
    key_kinds: Sequence[str],
    cart_hours: int,
    cart_days: int,
) -> DataFrame:
    """One row per person with the columns of COUNTED, as of the window's end. No shuffle.

    `sessions` are all sessions before the window's end; they are colocated and sorted by person. A
    value is null where there is nothing to compute it from: see the kernels.

    Raises:
        ValueError: on an executor: the sessions of a partition are not sorted by person.
    """
    day = local_day(window.zone)
    inside = in_window(window, day)

    def micros(time: str, where: Column) -> Column:
        return F.when(where, F.unix_micros(time))

    looked, ordered = F.col("product_view_count") > 0, F.col("order_count") > 0
    rows = sessions.select(
        "person_id",
        F.unix_date(day).cast("long").alias("day"),
        inside.alias("is_inside"),
        is_active(key_kinds).alias("is_active"),
        micros("started_at", looked).alias("look_us"),
        micros("ended_at", looked).alias("looked_us"),
        micros("first_order_at", ordered).alias("order_us"),
        micros("last_order_at", ordered).alias("ordered_us"),
        F.unix_micros("last_cart_at").alias("cart_us"),
        # Arrow has another type for lists that cannot be null, which some of its functions reject.
        F.when(inside, F.col("categories")).cast("array<string>").alias("categories"),
        F.when(inside, F.col("steps")).cast("array<string>").alias("steps"),
        F.when(inside & (F.col("feature_use_count") > 0), F.col("step_kinds"))
        .cast("array<string>")
        .alias("kinds"),
    )
    count = partial(_counted, end_us=window.end_us, cart_hours=cart_hours, cart_days=cart_days)
    counted = rows.mapInArrow(count, COUNTED)
    return counted.withColumn("open_cart_at", F.timestamp_micros("open_cart_us")).drop(
        "open_cart_us"
    )


def _counted(
    batches: Iterator[pa.RecordBatch], *, end_us: int, cart_hours: int, cart_days: int
) -> Iterator[pa.RecordBatch]:
    """Counted features of each batch of people. Runs on executors."""
    for rows in whole_people(batches):
        person = rows.column("person_id").dictionary_encode()
        owner, people = whole_numbers(person.indices), len(person.dictionary)
        is_inside = _flags(rows, "is_inside")
        seen, most_seen = _categories(rows, owner, people)
        share, hours, cart_us = _orders(
            rows, owner, is_inside, people, end_us, cart_hours, cart_days
        )
        entropy, loops, used = _steps(rows, owner, people)
        active = _flags(rows, "is_active")
        week = (whole_numbers(rows.column("day"))[active] - MONDAY) // 7
        all_weeks, inside_weeks = weeks(owner[active], week, is_inside[active], people)
        yield pa.RecordBatch.from_arrays(
            [
                person.dictionary,
                pa.array(seen.astype(float)),
                _reals(most_seen),
                pa.array(used.astype(float)),
                pa.array(all_weeks),
                pa.array(inside_weeks),
                _reals(share),
                _reals(hours),
                _reals(entropy),
                _reals(loops),
                cart_us,
            ],
            names=[column.split()[0] for column in COUNTED.split(", ")],
        )


def _categories(rows: pa.RecordBatch, owner: Ints, people: int) -> tuple[Ints, Reals]:
    row, category = flat_lists(rows.column("categories"))
    number = whole_numbers(category.dictionary_encode().indices)
    return categories_seen(owner[row], whole_numbers(rows.column("day"))[row], number, people)


def _steps(rows: pa.RecordBatch, owner: Ints, people: int) -> tuple[Reals, Reals, Ints]:
    path, step = flat_lists(rows.column("steps"))
    name = whole_numbers(step.dictionary_encode().indices)
    entropy, loops = path_features(path, name, owner[path], people)
    use_row, kind = flat_lists(rows.column("kinds"))
    has_kinds = np.zeros(rows.num_rows, dtype=bool)
    has_kinds[use_row] = True
    of_use = np.flatnonzero(has_kinds[path])[np.asarray(pc.equal(kind, "feature_use"), dtype=bool)]
    return entropy, loops, features_used(owner[path[of_use]], name[of_use], people)


def _orders(
    rows: pa.RecordBatch,
    owner: Ints,
    is_inside: Flags,
    people: int,
    end_us: int,
    hours: int,
    days: int,
) -> tuple[Reals, Reals, pa.Array]:
    looks, _ = _spans(rows, owner, "look_us", "looked_us")
    orders, has_order = _spans(rows, owner, "order_us", "ordered_us")
    share, hours_to_order = buying_features(looks, orders, is_inside[has_order], people)
    has_cart, cart = _times(rows, "cart_us")
    who, at_us = open_carts(
        owner[has_cart], cart, orders, people, end_us=end_us, hours=hours, days=days
    )
    us, is_closed = np.zeros(people, dtype=np.int64), np.ones(people, dtype=bool)
    us[who], is_closed[who] = at_us, False
    return share, hours_to_order, pa.array(us, mask=is_closed)


def _spans(rows: pa.RecordBatch, owner: Ints, first: str, last: str) -> tuple[Spans, Flags]:
    """Spans, and which rows have one."""
    is_there, first_us = _times(rows, first)
    return Spans(owner[is_there], first_us, _times(rows, last)[1]), is_there


def _times(rows: pa.RecordBatch, name: str) -> tuple[Flags, Ints]:
    """Which rows have a time, and these times."""
    values = rows.column(name)
    return np.asarray(values.is_valid(), dtype=bool), whole_numbers(values.drop_null())


def _flags(rows: pa.RecordBatch, name: str) -> Flags:
    return np.asarray(rows.column(name), dtype=bool)


def _reals(values: Reals) -> pa.Array:
    """Convert to Arrow; nan becomes null."""
    return pa.array(values, from_pandas=True)
