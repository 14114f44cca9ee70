"""Between Arrow and the kernel: a partition's events in, batches of sessions out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from desirelines.catalogue.kinds import KINDS, VISIT_KINDS
from desirelines.kernels.arrow import whole_numbers
from desirelines.kernels.groups import Ints
from desirelines.sessions import kernel, measures

LONG_AGO = np.iinfo(np.int64).min
EVENTS_AT_ONCE = 200_000
"""Events that the kernel works on at once: about as many as stay in a processor's cache with what is made of them."""


def sessions_of_partition(
    batches: Iterator[pa.RecordBatch], *, rules: kernel.Rules
) -> Iterator[pa.RecordBatch]:
    """Map a partition that holds all events of its streams to batches of sessions. Runs on executors."""
    found = [batch for batch in batches if batch.num_rows]
    if found:
        yield from sessions_of_table(pa.Table.from_batches(found), rules)


def sessions_of_table(table: pa.Table, rules: kernel.Rules) -> Iterator[pa.RecordBatch]:
    """Cut the streams of a table of events; one row out per session, in order of stream and time.

    Times are microseconds, money is in units of 1/10,000.
    """
    column = {name: table.column(name).combine_chunks() for name in table.column_names}
    column.setdefault(
        "day", pa.nulls(table.num_rows, pa.int64())
    )  # sent only where midnight counts
    stream, ids = _codes(column["stream_id"])

    def ranks_of_ties(rows: Ints) -> list[Ints]:
        names = ("received_us", "source", "file_name", "file_place", "event_id")
        tied = {name: column[name].take(pa.array(rows)) for name in names}
        return [
            whole_numbers(tied["received_us"], LONG_AGO),
            _codes(tied["source"])[0],
            _codes(tied["file_name"])[0],
            whole_numbers(tied["file_place"], -1),
            _codes(tied["event_id"])[0],
        ]

    order = kernel.sort_order(stream, whole_numbers(column["at_us"]), ranks_of_ties)
    del (
        column["received_us"],
        column["file_name"],
        column["file_place"],
        column["event_id"],
        column["stream_id"],
    )
    stream = stream[order]
    starts = np.flatnonzero(np.concatenate(([True], stream[1:] != stream[:-1])))
    first = 0
    while first < len(stream):
        later = np.searchsorted(starts, first + EVENTS_AT_ONCE)
        stop = int(starts[later]) if later < len(starts) else len(stream)
        rows = pa.array(order[first:stop])
        some = {name: values.take(rows) for name, values in column.items()}
        yield _sessions(
            stream[first:stop] - stream[first], ids.slice(int(stream[first])), some, rules
        )
        first = stop


def _sessions(
    stream: Ints, ids: pa.Array, column: dict[str, pa.Array], rules: kernel.Rules
) -> pa.RecordBatch:
    """Sessions of some streams, whose events are in order; `stream` is their number in `ids`."""
    keys = _codes(column["session_key"])[0]
    part, is_keyed = kernel.parts(stream, keys)
    if is_keyed.any():
        by_part = np.argsort(part, kind="stable")
        stream, part, is_keyed = stream[by_part], part[by_part], is_keyed[by_part]
        column = {name: values.take(pa.array(by_part)) for name, values in column.items()}
    at, kind = whole_numbers(column["at_us"]), whole_numbers(column["kind_no"])
    events = kernel.Events(
        stream,
        part,
        at,
        is_keyed,
        _codes(column["user_key"])[0],
        _codes(column["campaign"])[0],
        whole_numbers(column["day"], 0),
    )
    cut = kernel.cut_sessions(events, rules)
    is_step = measures.step_events(
        cut, whole_numbers(column["order_no"], 0), kind, ping=KINDS.index("ping")
    )
    by_kind = measures.counts_by_code(
        cut, kind, is_step | (kind == KINDS.index("ping")), len(KINDS)
    )
    purchase, refund = kind == KINDS.index("purchase"), kind == KINDS.index("refund")
    amount, discount = (
        whole_numbers(column["amount_e4"], 0),
        whole_numbers(column["discount_e4"], 0),
    )
    size = cut.stop - cut.first
    steps = np.flatnonzero(is_step)
    step_bounds = np.searchsorted(steps, np.append(cut.first, len(at)))
    category, category_names = _codes(column["category"])
    categories, category_bounds = measures.distinct_codes(cut, category)
    engaged = measures.engaged_us(cut, at, by_kind[:, KINDS.index("ping")], ping_us=rules.ping_us)
    last_step = steps[step_bounds[1:] - 1]
    step_no = (
        column["step"].dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int64)[steps]
    )
    of_session = (cut.session[steps], step_no, len(size))
    out = {
        "stream_id": ids.take(pa.array(stream[cut.first])),
        "user_key": _taken(column["user_key"], measures.last_chosen(cut, events.user >= 0)),
        "session_key": column["session_key"].take(pa.array(cut.first)),
        "campaign": _taken(column["campaign"], measures.first_chosen(cut, events.campaign >= 0)),
        "channel": _taken(
            column["channel"], measures.first_chosen(cut, np.asarray(column["channel"].is_valid()))
        ),
        "start_us": pa.array(at[cut.first]),
        "end_us": pa.array(at[cut.stop - 1]),
        "ordinal": pa.array(cut.ordinal),
        "cause": pa.array(kernel.CAUSES).take(pa.array(cut.cause)),
        "source": column["source"].take(pa.array(cut.first)),
        "event_count": pa.array(size),
        "is_visit": pa.array(by_kind[:, [KINDS.index(k) for k in VISIT_KINDS]].any(axis=1)),
        "engaged_us": pa.array(engaged, mask=size == 1),
        **{
            f"{k}_count": pa.array(np.ascontiguousarray(by_kind[:, n])) for n, k in enumerate(KINDS)
        },
        "order_line_count": pa.array(measures.sums(cut, purchase.astype(np.int64))),
        "amount_e4": pa.array(measures.sums(cut, np.where(purchase, amount, 0))),
        "discount_e4": pa.array(measures.sums(cut, np.where(purchase, discount, 0))),
        "refunded_e4": pa.array(measures.sums(cut, np.where(refund, np.abs(amount), 0))),
        "first_order_us": _taken(column["at_us"], measures.first_chosen(cut, purchase)),
        "last_order_us": _taken(column["at_us"], measures.last_chosen(cut, purchase)),
        "last_cart_us": _taken(
            column["at_us"], measures.last_chosen(cut, kind == KINDS.index("cart_add"))
        ),
        "score": _taken(
            column["score"], measures.last_chosen(cut, np.asarray(column["score"].is_valid()))
        ),
        "categories": _lists(category_bounds, category_names.take(pa.array(categories))),
        "backtrack_count": pa.array(measures.backtracks(*of_session)),
        "revisit_count": pa.array(measures.revisits(*of_session)),
        "entry_step": column["step"].take(pa.array(steps[step_bounds[:-1]])),
        "exit_step": column["step"].take(pa.array(last_step)),
        "steps": _lists(step_bounds, column["step"].take(pa.array(steps))),
        "step_kinds": _lists(step_bounds, pa.array(KINDS).take(pa.array(kind[steps]))),
        "step_offsets": _lists(
            step_bounds, pa.array((at[steps] - at[cut.first][cut.session[steps]]) // 1000)
        ),
    }
    return pa.RecordBatch.from_pydict(out)


def _codes(values: pa.Array) -> tuple[Ints, pa.Array]:
    """Number of each text among the different texts in ascending order, -1 for null; and those texts."""
    encoded = values.dictionary_encode()
    ranked = pc.array_sort_indices(encoded.dictionary).to_numpy()
    place = np.empty(len(ranked), dtype=np.int64)
    place[ranked] = np.arange(len(ranked))
    raw = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    codes = np.where(raw < 0, -1, place[raw] if len(place) else -1)
    return codes.astype(np.int64), encoded.dictionary.take(pa.array(ranked))


def _taken(values: pa.Array, places: Ints) -> pa.Array:
    """Values at the places; null where the place is -1."""
    return values.take(pa.array(places, mask=places < 0))


def _lists(bounds: Ints, values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(bounds.astype(np.int32)), values)
