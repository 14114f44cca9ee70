"""Between Arrow and the kernel: events of a partition in, batches of sessions out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from desirelines.catalogue.kinds import KINDS, VIEW_KINDS, VISIT_KINDS
from desirelines.kernels.arrow import whole_numbers
from desirelines.kernels.groups import Flags, Ints
from desirelines.sessions import kernel, measures
from desirelines.sessions.orders import KNOWN, PURCHASE, Lines, Orders, Statements, orders_of

LONG_AGO = np.iinfo(np.int64).min
EVENTS_AT_ONCE = 200_000
"""Events that the kernel handles at once: about as many as fit in a processor's cache with their
results."""


def sessions_of_partition(
    batches: Iterator[pa.RecordBatch], *, rules: kernel.Rules
) -> Iterator[pa.RecordBatch]:
    """Map a partition that holds all events of its streams to batches of sessions.

    Runs on executors.
    """
    filled = [batch for batch in batches if batch.num_rows]
    if filled:
        yield from sessions_of_table(pa.Table.from_batches(filled), rules)


def sessions_of_table(table: pa.Table, rules: kernel.Rules) -> Iterator[pa.RecordBatch]:
    """Cut the streams of a table of events into sessions.

    One row per session, ordered by stream and time. Times are microseconds, money is in units of
    1/10,000.
    """
    column = {name: table.column(name).combine_chunks() for name in table.column_names}
    # The day is sent only where midnight counts.
    column.setdefault("day", pa.nulls(table.num_rows, pa.int64()))
    stream, ids = _codes(column["stream_id"])

    order = kernel.sort_order(stream, whole_numbers(column["at_us"]), ranks_of_ties(column))
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
        portion = {name: values.take(rows) for name, values in column.items()}
        numbers = stream[first:stop] - stream[first]
        is_known = whole_numbers(portion["kind_no"]) == KNOWN
        known = _statements(numbers[is_known], _filtered(portion, is_known))
        events = _filtered(portion, ~is_known)
        if len(events["kind_no"]):
            yield _sessions(numbers[~is_known], ids.slice(int(stream[first])), events, known, rules)
        first = stop


def ranks_of_ties(column: dict[str, pa.Array]) -> Callable[[Ints], list[Ints]]:
    """Give what sorts events of one stream at one time, first to last; null comes first.

    The same order as `events.row_order.event_order`.
    """

    def ranks(rows: Ints) -> list[Ints]:
        names = ("received_us", "source", "file_name", "file_place", "event_id")
        tied = {name: column[name].take(pa.array(rows)) for name in names}
        return [
            whole_numbers(tied["received_us"], LONG_AGO),
            _codes(tied["source"])[0],
            _codes(tied["file_name"])[0],
            whole_numbers(tied["file_place"], -1),
            _codes(tied["event_id"])[0],
        ]

    return ranks


def _filtered(column: dict[str, pa.Array], chosen: Flags) -> dict[str, pa.Array]:
    if chosen.all():
        return column
    return {name: values.filter(pa.array(chosen)) for name, values in column.items()}


def _statements(stream: Ints, column: dict[str, pa.Array]) -> Statements:
    return Statements(
        stream, whole_numbers(column["order_no"], 0), whole_numbers(column["line_content"], 0)
    )


def _sessions(
    stream: Ints,
    ids: pa.Array,
    column: dict[str, pa.Array],
    known: Statements,
    rules: kernel.Rules,
) -> pa.RecordBatch:
    """Sessions of some streams, whose events are in order; `stream` is their number in `ids`.

    `known` are what these streams said of orders before.
    """
    stream, part, is_keyed, column = _sorted_by_part(stream, column)
    events = kernel.Events(
        stream,
        part,
        whole_numbers(column["at_us"]),
        is_keyed,
        _codes(column["user_key"])[0],
        _codes(column["campaign"])[0],
        whole_numbers(column["day"], 0),
    )
    cut = kernel.cut_sessions(events, rules)
    order_no, amount = whole_numbers(column["order_no"], 0), whole_numbers(column["amount_e4"], 0)
    content = whole_numbers(column["line_content"], 0)
    orders = orders_of(
        Lines(stream, events.at_us, whole_numbers(column["kind_no"]), order_no, content, amount),
        known,
    )
    kind = orders.kind
    no_order = (kind == PURCHASE) & ~orders.is_order
    is_step = measures.step_events(cut, order_no, kind, no_order | (kind == KINDS.index("ping")))
    category, category_names = _codes(column["category"])
    categories, category_bounds = measures.distinct_codes(cut, category)
    has_score = np.asarray(column["score"].is_valid())
    out = {
        "stream_id": ids.take(pa.array(stream[cut.first])),
        **_keys_and_times(cut, events, column),
        **_event_counts(cut, events.at_us, kind, is_step & ~no_order, ping_us=rules.ping_us),
        **_order_columns(cut, orders, amount, column),
        "score": _taken(column["score"], measures.last_chosen(cut, has_score)),
        "categories": _lists(category_bounds, category_names.take(pa.array(categories))),
        **_path_columns(cut, events.at_us, kind, is_step, column["step"]),
    }
    return pa.RecordBatch.from_pydict(out)


def _sorted_by_part(
    stream: Ints, column: dict[str, pa.Array]
) -> tuple[Ints, Ints, Flags, dict[str, pa.Array]]:
    """Events in the order of parts: stream, part, whether the part is a session key's, columns."""
    keys = _codes(column["session_key"])[0]
    part, is_keyed = kernel.parts(stream, keys)
    if is_keyed.any():
        by_part = np.argsort(part, kind="stable")
        stream, part, is_keyed = stream[by_part], part[by_part], is_keyed[by_part]
        column = {name: values.take(pa.array(by_part)) for name, values in column.items()}
    return stream, part, is_keyed, column


def _keys_and_times(
    cut: kernel.Cut, events: kernel.Events, column: dict[str, pa.Array]
) -> dict[str, pa.Array]:
    """Keys, campaign, channel, start, end, cause and source of each session."""
    has_channel = np.asarray(column["channel"].is_valid())
    return {
        "user_key": _taken(column["user_key"], measures.last_chosen(cut, events.user >= 0)),
        "session_key": column["session_key"].take(pa.array(cut.first)),
        "campaign": _taken(column["campaign"], measures.first_chosen(cut, events.campaign >= 0)),
        "channel": _taken(column["channel"], measures.first_chosen(cut, has_channel)),
        "start_us": pa.array(events.at_us[cut.first]),
        "end_us": pa.array(events.at_us[cut.stop - 1]),
        "ordinal": pa.array(cut.ordinal),
        "cause": pa.array(kernel.CAUSES).take(pa.array(cut.cause)),
        "source": column["source"].take(pa.array(cut.first)),
    }


def _event_counts(
    cut: kernel.Cut, at: Ints, kind: Ints, is_counted: Flags, *, ping_us: int
) -> dict[str, pa.Array]:
    """Events of each session, in all and by kind; whether it is a visit; its engaged time."""
    ping = KINDS.index("ping")
    by_kind = measures.counts_by_code(cut, kind, is_counted | (kind == ping), len(KINDS))
    size = cut.stop - cut.first
    engaged = measures.engaged_us(cut, at, by_kind[:, ping], ping_us=ping_us)
    counts = {
        f"{name}_count": pa.array(np.ascontiguousarray(by_kind[:, number]))
        for number, name in enumerate(KINDS)
    }
    return {
        "event_count": pa.array(size),
        "is_visit": pa.array(by_kind[:, [KINDS.index(k) for k in VISIT_KINDS]].any(axis=1)),
        "engaged_us": pa.array(engaged, mask=size == 1),
        **counts,
    }


def _order_columns(
    cut: kernel.Cut, orders: Orders, amount: Ints, column: dict[str, pa.Array]
) -> dict[str, pa.Array]:
    """Order lines, money, times of orders and of the last cart, and what each session said."""
    paid, cart = orders.is_paid, orders.kind == KINDS.index("cart_add")
    discount = whole_numbers(column["discount_e4"], 0)
    session = cut.session[orders.said_at]
    order = np.argsort(session * len(cut.session) + orders.said_at, kind="stable")
    bounds = np.searchsorted(session[order], np.arange(len(cut.first) + 1))
    return {
        "order_line_count": pa.array(measures.sums(cut, paid.astype(np.int64))),
        "amount_e4": pa.array(measures.sums(cut, np.where(paid, amount, 0))),
        "discount_e4": pa.array(measures.sums(cut, np.where(paid, discount, 0))),
        "refunded_e4": pa.array(measures.sums(cut, orders.refunded)),
        "first_order_us": _taken(column["at_us"], measures.first_chosen(cut, orders.is_order)),
        "last_order_us": _taken(column["at_us"], measures.last_chosen(cut, orders.is_order)),
        "last_cart_us": _taken(column["at_us"], measures.last_chosen(cut, cart)),
        "order_numbers": _lists(bounds, pa.array(orders.said.order_no[order])),
        "order_contents": _lists(bounds, pa.array(orders.said.content[order])),
        "order_times": _lists(bounds, column["at_us"].take(pa.array(orders.said_at[order]))),
        **{
            name: _lists(bounds, pa.array(_sums_of_statements(orders, value)[order]))
            for name, value in (
                ("order_lines", np.ones(len(paid), dtype=np.int64)),
                ("order_amounts", amount),
                ("order_discounts", discount),
            )
        },
    }


def _sums_of_statements(orders: Orders, value: Ints) -> Ints:
    """The sum of a value of the lines of each statement."""
    sums = np.zeros(len(orders.said_at), dtype=np.int64)
    is_line = orders.statement >= 0
    np.add.at(sums, orders.statement[is_line], value[is_line])
    return sums


def _path_columns(
    cut: kernel.Cut, at: Ints, kind: Ints, is_step: Flags, step: pa.Array
) -> dict[str, pa.Array]:
    """The path of each session: its steps with kinds and offsets, entry, exit, backtracks."""
    steps = np.flatnonzero(is_step)
    bounds = np.searchsorted(steps, np.append(cut.first, len(at)))
    codes = step.dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int64)
    of_session = (cut.session[steps], codes[steps], len(cut.first))
    views = steps[np.isin(kind[steps], [KINDS.index(k) for k in VIEW_KINDS])]
    of_views = (cut.session[views], codes[views], len(cut.first))
    offsets_ms = (at[steps] - at[cut.first][cut.session[steps]]) // 1000
    return {
        "backtrack_count": pa.array(measures.backtracks(*of_session)),
        "revisit_count": pa.array(measures.revisits(*of_views)),
        "entry_step": step.take(pa.array(steps[bounds[:-1]])),
        "exit_step": step.take(pa.array(steps[bounds[1:] - 1])),
        "steps": _lists(bounds, step.take(pa.array(steps))),
        "step_kinds": _lists(bounds, pa.array(KINDS).take(pa.array(kind[steps]))),
        "step_offsets": _lists(bounds, pa.array(offsets_ms)),
    }


def _codes(values: pa.Array) -> tuple[Ints, pa.Array]:
    """Rank of each text among the distinct texts, and those texts in ascending order.

    The rank of null is -1.
    """
    encoded = values.dictionary_encode()
    ranked = pc.array_sort_indices(encoded.dictionary).to_numpy()
    place = np.empty(len(ranked), dtype=np.int64)
    place[ranked] = np.arange(len(ranked))
    raw = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    codes = np.where(raw < 0, -1, place[raw] if len(place) else -1)
    return codes.astype(np.int64), encoded.dictionary.take(pa.array(ranked))


def _taken(values: pa.Array, places: Ints) -> pa.Array:
    """Values at the given places; null where the place is -1."""
    return values.take(pa.array(places, mask=places < 0))


def _lists(bounds: Ints, values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(bounds.astype(np.int32)), values)
