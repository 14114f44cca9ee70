"""Funnels: how far, how long, and whose window is still open."""

from datetime import UTC, date, datetime

import pytest
from pyspark.sql import functions as F

from desirelines.paths.funnels import to_funnel_steps, to_funnel_weeks, to_reached
from desirelines.paths.person_batches import with_segments
from desirelines.settings.paths import Funnel
from tests.support.tables import rows_of, table

END = datetime(2026, 3, 10, tzinfo=UTC)
HOUR = 3_600_000


def funnel(**changes):
    return Funnel.model_validate(
        {"name": "f", "steps": ["cart", "[card|bill]", "done"], "window_hours": 10} | changes
    )


def paths(spark, lines, times=1, members=None):
    """Paths whose steps say when they were, in hours before the end: `cart@9 done@8`."""
    rows = [f"{name}{n} | {way} | {way}" for n in range(times) for name, way in lines]
    found = table(spark, "person_id | l:steps | l:at\n" + "\n".join(rows))
    end_ms = int(END.timestamp() * 1000)
    at = F.transform("at", lambda s: F.lit(end_ms) - F.split(s, "@")[1].cast("long") * HOUR)
    found = with_segments(
        found, members if members is not None else table(spark, "person_id | segment_id\nx | none")
    )
    return found.withColumns(
        {"at_ms": at, "steps": F.transform("steps", lambda s: F.split(s, "@")[0])}
    )


@pytest.mark.parametrize(
    ("way", "changes", "hours", "is_open"),
    [
        ("cart@90 card@89 done@88", {}, [0, 1, 2], False),
        ("cart@90 home@89 bill@88 home@87 done@86", {}, [0, 2, 4], False),
        ("cart@90 home@89 card@88", {"order": "strict"}, [0], False),
        (
            "cart@90 card@89 cart@70 card@69 done@68",
            {},
            [0, 1, 2],
            False,
        ),  # the second begin comes through
        (
            "cart@90 cart@75 card@74",
            {},
            [0, 1],
            False,
        ),  # the first is deeper only if its window reached so far
        ("cart@90 card@79", {}, [0], False),  # eleven hours
        ("cart@5 card@4", {}, [0, 1], True),  # five hours are left
        ("card@5 done@4", {}, [], False),
        ("cart@90 stop@89 card@88", {"exclude": ["stop"]}, [0], False),
        ("cart@90 stop@89 cart@88 card@87", {"exclude": ["stop"]}, [0, 1], False),
        ("cart@90 cart@89", {"steps": ["cart", "cart"]}, [0, 1], False),
        ("cart@90", {"steps": ["cart", "cart"]}, [0], False),  # one step serves one step
        ("done@90 home@89 card@88 cart@85", {"order": "any"}, [0, 2, 5], False),
        # of one time: in the order of the funnel
        ("done@90 card@90 cart@90", {}, [0, 0, 0], False),
        ("cart@91 done@90 bill@90", {}, [0, 1, 1], False),
        ("done@90 home@90 card@90 cart@90", {"order": "strict"}, [0, 0, 0], False),
        ("done@90 card@90 cart@89", {}, [0], False),
        ("stop@90 card@90 cart@90", {"exclude": ["stop"]}, [0, 0], False),
    ],
)
def test_how_far_and_when(spark, way, changes, hours, is_open):
    got = to_reached(paths(spark, [("p", way)]), funnel(**changes), end=END).collect()[0]
    assert (got["depth"], [s / 3600 for s in got["seconds"]], got["is_open"]) == (
        len(hours),
        hours,
        is_open,
    )


def test_open_windows_count_neither_as_converted_nor_as_lost(spark):
    lines = [
        ("a", "cart@90 card@89 done@88"),
        ("b", "cart@90 card@86"),
        ("c", "cart@5 card@4"),
        ("d", "cart@5"),
        ("e", "home@5"),
    ]
    members = table(
        spark,
        "person_id | segment_id\n" + "\n".join(f"{p}{n} | few" for p in "ad" for n in range(4)),
    )
    reached = to_reached(paths(spark, lines, times=10, members=members), funnel(), end=END)
    got = to_funnel_steps(reached, funnel(), run_id="r")
    columns = (
        "segment_id",
        "step_no",
        "step",
        "reached_count",
        "open_count",
        "conversion_share",
        "step_share",
        "median_seconds",
    )
    assert rows_of(got, *columns) == [
        ("all", 1, "cart", 40, 0, 1.0, 1.0, 0.0),
        ("all", 2, "[card|bill]", 30, 10, 1.0, 1.0, 3600.0),
        (
            "all",
            3,
            "done",
            10,
            20,
            0.5,
            0.5,
            7200.0,
        ),  # of ten who are through and ten who are late; c is still in time
    ]


def test_by_week_of_the_site_s_zone_in_which_the_way_began(spark):
    lines = [
        (
            "a",
            "cart@23 card@22 done@21",
        ),  # one at night on Monday in UTC, Sunday evening in New York
        ("b", "cart@23 card@21"),
        ("c", "cart@19"),  # eleven hours are gone: lost
        ("d", "cart@5"),  # still in time
    ]
    reached = to_reached(paths(spark, lines, times=10), funnel(), end=END)
    got = to_funnel_weeks(reached, funnel(), zone="America/New_York", end=END, run_id="r")
    columns = (
        "week_on",
        "step_no",
        "reached_count",
        "open_count",
        "drop_off_share",
        "is_week_over",
    )
    before, this = date(2026, 3, 2), date(2026, 3, 9)
    assert rows_of(got, *columns) == [
        (before, 1, 20, 0, None, True),
        (before, 2, 20, 0, 0.0, True),
        (before, 3, 10, 0, 0.5, True),
        (this, 1, 20, 0, None, False),  # of the ten who are lost and the ten in time nobody went on
    ]
