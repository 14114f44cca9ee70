"""Between Arrow and the kernel: a batch of streams with their events in, a batch of sessions out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from desirelines.kinds import KINDS, VISIT_KINDS
from desirelines.sessions import kernel

LONG_AGO = np.iinfo(np.int64).min


def sessions_of_batches(batches: Iterator[pa.RecordBatch], *, gap_us: int) -> Iterator[pa.RecordBatch]:
    """Map batches of (stream_id, events: list of struct) to batches of sessions. Runs on executors."""
    for batch in batches:
        if batch.num_rows:
            yield sessions_of_batch(batch, gap_us=gap_us)


def sessions_of_batch(batch: pa.RecordBatch, *, gap_us: int) -> pa.RecordBatch:
    """Cut the streams of one batch; one row out per session. Times are microseconds, money is in units of 1/10,000."""
    stream_ids, lists = batch.column("stream_id"), batch.column("events")
    sizes = np.diff(lists.offsets.to_numpy().astype(np.int64))
    events = lists.flatten()  # a sliced batch keeps the whole child array; flatten cuts it to what the offsets name
    names = [field.name for field in events.type]
    column = dict(zip(names, events.flatten(), strict=True))
    stream = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)

    def ranks_of_ties(rows: kernel.Ints) -> list[kernel.Ints]:
        tied = {name: column[name].take(pa.array(rows)) for name in ("source", "file_name", "file_place", "event_id")}
        return [
            _codes(tied["source"])[0],
            _codes(tied["file_name"])[0],
            _ints(tied["file_place"], -1),
            _codes(tied["event_id"])[0],
        ]

    part, is_keyed = kernel.parts(stream, _codes(column["session_key"])[0])
    order = kernel.in_order(part, _ints(column["at_us"]), _ints(column["received_us"], LONG_AGO), ranks_of_ties)
    column = {name: values.take(pa.array(order)) for name, values in column.items()}
    stream, part, is_keyed = stream[order], part[order], is_keyed[order]
    at, kind = _ints(column["at_us"]), _ints(column["kind_no"])
    cut = kernel.cut_sessions(stream, part, at, _codes(column["user_key"])[0], is_keyed, gap_us=gap_us)
    is_step = kernel.step_events(cut, _ints(column["order_no"], 0), kind)
    by_kind = kernel.counts_by_code(cut, kind, is_step, len(KINDS))
    purchase, refund = kind == KINDS.index("purchase"), kind == KINDS.index("refund")
    amount, discount = _ints(column["amount_e4"], 0), _ints(column["discount_e4"], 0)
    size = cut.stop - cut.first
    steps = np.flatnonzero(is_step)
    step_bounds = np.searchsorted(steps, np.append(cut.first, len(at)))
    category, category_names = _codes(column["category"])
    categories, category_bounds = kernel.distinct_codes(cut, category)
    engaged = kernel.engaged_us(cut, at)
    logins = np.asarray(column["user_key"].is_valid())
    last_step = steps[step_bounds[1:] - 1]
    out = {
        "stream_id": stream_ids.take(pa.array(stream[cut.first])),
        "user_key": _taken(column["user_key"], kernel.last_chosen(cut, logins)),
        "session_key": column["session_key"].take(pa.array(cut.first)),
        "start_us": pa.array(at[cut.first]),
        "end_us": pa.array(at[cut.stop - 1]),
        "ordinal": pa.array(cut.ordinal),
        "cause": pa.array(kernel.CAUSES).take(pa.array(cut.cause)),
        "source": column["source"].take(pa.array(cut.first)),
        "event_count": pa.array(size),
        "is_visit": pa.array(by_kind[:, [KINDS.index(k) for k in VISIT_KINDS]].any(axis=1)),
        "engaged_us": pa.array(engaged, mask=size == 1),
        **{f"{k}_count": pa.array(np.ascontiguousarray(by_kind[:, n])) for n, k in enumerate(KINDS)},
        "amount_e4": pa.array(kernel.sums(cut, np.where(purchase, amount, 0))),
        "discount_e4": pa.array(kernel.sums(cut, np.where(purchase, discount, 0))),
        "refunded_e4": pa.array(kernel.sums(cut, np.where(refund, np.abs(amount), 0))),
        "first_order_us": _taken(column["at_us"], kernel.first_chosen(cut, purchase)),
        "last_order_us": _taken(column["at_us"], kernel.last_chosen(cut, purchase)),
        "last_cart_us": _taken(column["at_us"], kernel.last_chosen(cut, kind == KINDS.index("cart_add"))),
        "categories": _lists(category_bounds, category_names.take(pa.array(categories))),
        "entry_step": column["step"].take(pa.array(cut.first)),
        "exit_step": column["step"].take(pa.array(last_step)),
        "steps": _lists(step_bounds, column["step"].take(pa.array(steps))),
        "step_kinds": _lists(step_bounds, pa.array(KINDS).take(pa.array(kind[steps]))),
        "step_offsets": _lists(step_bounds, pa.array((at[steps] - at[cut.first][cut.session[steps]]) // 1000)),
    }
    return pa.RecordBatch.from_pydict(out)


def _ints(values: pa.Array, null: int | None = None) -> kernel.Ints:
    numbers: kernel.Ints = (
        (values if null is None else values.fill_null(null)).to_numpy(zero_copy_only=False).astype(np.int64)
    )
    return numbers


def _codes(values: pa.Array) -> tuple[kernel.Ints, pa.Array]:
    """Number of each text among the different texts in ascending order, -1 for null; and those texts."""
    encoded = values.dictionary_encode()
    ranked = pc.array_sort_indices(encoded.dictionary).to_numpy()
    place = np.empty(len(ranked), dtype=np.int64)
    place[ranked] = np.arange(len(ranked))
    raw = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    codes = np.where(raw < 0, -1, place[raw] if len(place) else -1)
    return codes.astype(np.int64), encoded.dictionary.take(pa.array(ranked))


def _taken(values: pa.Array, places: kernel.Ints) -> pa.Array:
    """Values at the places; null where the place is -1."""
    return values.take(pa.array(places, mask=places < 0))


def _lists(bounds: kernel.Ints, values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(bounds.astype(np.int32)), values)
