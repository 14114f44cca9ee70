"""Bots found by their clicks, against plain Python."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.sessions.bot_rhythm import to_bot_rhythm_tags, too_even, too_fast
from tests.support.tables import rows_of

TIMES = st.lists(st.one_of(st.integers(0, 400), st.sampled_from(range(0, 4000, 100))), max_size=14)


def flat(sessions):
    ordered = [sorted(times) for times in sessions]
    numbers = np.repeat(np.arange(len(ordered)), [len(times) for times in ordered])
    return numbers, np.array([at for times in ordered for at in times], dtype=np.int64)


def is_fast(times, clicks, within_ms):
    apart = sorted(set(times))
    return any(
        apart[n + clicks - 1] - apart[n] <= within_ms for n in range(len(apart) - clicks + 1)
    )


def is_even(times, gaps):
    apart = sorted(set(times))
    found = [b - a for a, b in pairwise(apart)]
    alike = lambda a, b: abs(a - b) <= max(0.01 * a, 20)  # noqa: E731 - one gap and the next
    windows = [found[n : n + gaps] for n in range(len(found) - gaps + 1)]
    return any(all(alike(a, b) for a, b in pairwise(w)) for w in windows)


@settings(max_examples=300, deadline=None, print_blob=True)
@given(st.lists(TIMES, max_size=6), st.integers(2, 5), st.integers(50, 900))
def test_robots_are_those_of_plain_python(sessions, enough, within_ms):
    session, at = flat(sessions)
    fast = [n for n, times in enumerate(sessions) if is_fast(times, enough, within_ms)]
    assert too_fast(session, at, clicks=enough, within_ms=within_ms).tolist() == fast
    even = [n for n, times in enumerate(sessions) if is_even(times, enough)]
    assert too_even(session, at, gaps=enough).tolist() == even


@pytest.mark.parametrize(
    ("what", "kind", "offsets", "expected"),
    [
        ("a machine's beat", "page", range(0, 60_000, 2_000), [("s", "rhythm")]),
        ("a burst", "page", [n * n for n in range(30)], [("s", "rate"), ("s", "rhythm")]),
        ("a player's beat", "content_play", range(0, 60_000, 2_000), []),
        ("a person", "page", [n * n * 700 for n in range(30)], []),
        ("thirty lines of one order", "page", [0] * 30, []),
    ],
)
def test_what_gives_a_robot_away(spark, what, kind, offsets, expected):
    steps = list(offsets)
    rows = [("s", [kind] * len(steps), steps, steps)]
    sessions = spark.createDataFrame(
        rows,
        "stream_id string, step_kinds array<string>, step_offsets array<long>, steps array<long>",
    )
    sessions = sessions.selectExpr(
        "*",
        "'s1' AS session_id",
        "'k' AS session_key",
        "'web' AS source",
        "30L AS event_count",
        "timestamp '2026-03-01 10:00:00' AS started_at",
        "timestamp '2026-03-01 10:07:00' AS ended_at",
    )
    found = to_bot_rhythm_tags(sessions, rate_clicks=25, rate_seconds=1, even_gaps=20)
    assert rows_of(found, "stream_id", "reason") == expected, what
    found = found.selectExpr(
        "session_id", "session_key", "source", "event_count",
        "date_format(from_at, 'HH:mm') AS from_at", "date_format(until_at, 'HH:mm') AS until_at",
    ).distinct()  # fmt: skip
    session = ("s1", "k", "web", 30, "10:00", "10:07")
    assert [tuple(row) for row in found.collect()] == ([session] if expected else [])
