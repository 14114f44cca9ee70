"""The events of the bench have what sessions are cut from."""

from bench.events import made_events

from desirelines.sessions.sessions import to_sessions
from desirelines.settings.sessions import Sessions


def test_sessions_can_be_cut_from_the_events_of_the_bench(spark):
    made = made_events(spark, 400)
    sessions = to_sessions(made, Sessions(), zone="UTC", buckets=4).collect()
    assert sum(s["event_count"] for s in sessions) == made.count() > 100
    assert sum(s["order_count"] for s in sessions) > 0
