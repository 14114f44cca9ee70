"""Streams that click as no person can: too fast, or at gaps too even.

Both are detected from the steps of the sessions, without a shuffle of events.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.kernels.groups import Flags, Ints

RATE, RHYTHM = "rate", "rhythm"
CLICKS = ("page", "product_view", "search", "cart_add", "cart_remove")
"""Kinds of steps that a person makes one by one. Players and feature timers tick by themselves."""
EVEN_SHARE, EVEN_MS = 0.01, 20
"""Two neighbouring gaps are even when they differ by at most this share of the earlier one, or by
this many milliseconds."""

_OF_SESSION = ("session_id", "stream_id", "session_key", "source", "event_count")


def to_bot_rhythm_tags(
    sessions: DataFrame, *, rate_clicks: int, rate_seconds: float, even_gaps: int
) -> DataFrame:
    """One row per session and reason (rate, rhythm) that no person would give.

    Shape: session_id, reason, and of the session stream_id, session_key, from_at (its start),
    until_at (its end), event_count, source.

    Rate: `rate_clicks` clicks at different times within `rate_seconds`. Rhythm: `even_gaps` gaps in
    a row that are each even with the one before. Only this session is a bot's: a verdict ends with
    what shows it. Only sessions with enough steps leave the JVM.
    """
    long_sessions = sessions.filter(F.size("steps") >= min(rate_clicks, even_gaps + 1))
    signs = long_sessions.select(
        *_OF_SESSION,
        F.unix_micros("started_at").alias("start_us"),
        F.unix_micros("ended_at").alias("end_us"),
        "step_kinds",
        "step_offsets",
    ).mapInArrow(
        partial(
            _bot_sessions,
            rate_clicks=rate_clicks,
            rate_ms=int(rate_seconds * 1000),
            even_gaps=even_gaps,
        ),
        "session_id string, stream_id string, session_key string, source string, "
        "event_count long, start_us long, end_us long, reason string",
    )
    return signs.withColumns(
        {
            "from_at": F.timestamp_micros("start_us"),
            "until_at": F.timestamp_micros("end_us"),
        }
    ).drop("start_us", "end_us")


def _bot_sessions(
    batches: Iterator[pa.RecordBatch], *, rate_clicks: int, rate_ms: int, even_gaps: int
) -> Iterator[pa.RecordBatch]:
    """Sessions that show a reason. Runs on executors."""
    for batch in batches:
        kinds, offsets = batch.column("step_kinds"), batch.column("step_offsets")
        sizes = np.diff(kinds.offsets.to_numpy().astype(np.int64))
        is_click = np.asarray(
            pc.is_in(kinds.flatten(), pa.array(CLICKS)).to_numpy(zero_copy_only=False)
        )
        session = np.repeat(np.arange(len(sizes)), sizes)[is_click]
        at_ms = offsets.flatten().to_numpy().astype(np.int64)[is_click]
        for reason, shown in (
            (RATE, too_fast(session, at_ms, clicks=rate_clicks, within_ms=rate_ms)),
            (RHYTHM, too_even(session, at_ms, gaps=even_gaps)),
        ):
            rows = batch.select([*_OF_SESSION, "start_us", "end_us"]).take(pa.array(shown))
            yield rows.append_column("reason", pa.array([reason] * len(shown), pa.string()))


def too_fast(session: Ints, at_ms: Ints, *, clicks: int, within_ms: int) -> Ints:
    """Sessions with `clicks` clicks, at different times, within `within_ms` milliseconds.

    The input is ordered by session and time.
    """
    session, at_ms = _apart(session, at_ms)
    if len(session) < clicks:
        return np.zeros(0, dtype=np.int64)
    last = slice(clicks - 1, None)
    first = slice(None, len(session) - clicks + 1)
    fast: Flags = (session[last] == session[first]) & (at_ms[last] - at_ms[first] <= within_ms)
    return np.unique(session[first][fast])


def too_even(session: Ints, at_ms: Ints, *, gaps: int) -> Ints:
    """Sessions with `gaps` gaps in a row, each even with the one before it."""
    session, at_ms = _apart(session, at_ms)
    gap = np.diff(at_ms)
    inside = session[1:] == session[:-1]
    allowed = np.maximum(EVEN_SHARE * gap[:-1], EVEN_MS)
    even = inside[1:] & inside[:-1] & (np.abs(gap[1:] - gap[:-1]) <= allowed)
    place = np.arange(len(even))
    run = place - np.maximum.accumulate(np.where(even, -1, place)) if len(even) else place
    return np.unique(session[2:][even & (run >= gaps - 1)])


def _apart(session: Ints, at_ms: Ints) -> tuple[Ints, Ints]:
    """Drop clicks of a session at the same moment as the click before: a moment counts once."""
    new = np.ones(len(session), dtype=bool)
    new[1:] = (session[1:] != session[:-1]) | (at_ms[1:] != at_ms[:-1])
    return session[new], at_ms[new]
