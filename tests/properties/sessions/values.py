"""Events of streams, and the sessions that the kernel gives of them."""

import pyarrow as pa

from desirelines.sessions.arrow_batches import sessions_of_table

GAP_US, DAY_US, PING_US = 1_000, 2_500, 7
NUMBERS = (
    "at_us",
    "received_us",
    "file_place",
    "kind_no",
    "order_no",
    "line_content",
    "amount_e4",
    "discount_e4",
    "day",
)


def plain(**facts):
    """A plain event."""
    nothing = dict.fromkeys(
        (
            "received_us",
            "file_name",
            "file_place",
            "category",
            "session_key",
            "user_key",
            "campaign",
            "channel",
            "score",
        )
    )
    return (
        nothing
        | {
            "source": "a",
            "step": "home",
            "kind_no": 0,
            "order_no": 0,
            "line_content": 0,
            "amount_e4": 0,
        }
        | facts
    )


def table_of(streams):
    """The rows of the streams, those of different streams mixed."""
    rows = [
        e | {"stream_id": f"s{n}", "discount_e4": 1, "day": e["at_us"] // DAY_US}
        for n, es in enumerate(streams) for e in es
    ]  # fmt: skip
    mixed = rows[::2] + rows[1::2]
    names = list(mixed[0])
    types = [
        pa.int64() if name in NUMBERS else pa.float64() if name == "score" else pa.string()
        for name in names
    ]
    return pa.Table.from_arrays(
        [pa.array([r[n] for r in mixed], t) for n, t in zip(names, types, strict=True)], names=names
    )


def sessions_in(streams, rules):
    """What the kernel gives, in the order of streams."""
    found = pa.Table.from_batches(list(sessions_of_table(table_of(streams), rules))).to_pylist()
    return sorted(found, key=lambda s: s["stream_id"])
