"""What the page says first."""

from dataclasses import replace

import numpy as np

from desirelines.report.overview import changes_of, lie_picture, tiles_of
from desirelines.report.segments import Profile, Segment, ordered_segments
from tests.support.report import SEGMENTS, report, section


def test_the_first_figures_say_how_many_and_how_fresh():
    assert tiles_of(report(published_on="2026-03-01 04:05 UTC"), 3, 2) == (
        ("People", "2,000"),
        ("Groups found in behaviour", "3"),
        ("Segments set by a rule", "2"),
        ("Newest event", "28 Feb 2026"),
        ("Published", "1 Mar 2026, 04:05 UTC"),
        ("A newer run is due", "3 Mar 2026"),
    )
    assert tiles_of(report(fresh_until=""), 3, 2)[-1][1] == "never"


def test_what_changed_is_told_with_its_reason():
    changes = changes_of(report(), ordered_segments(report()))
    assert changes[0] == (
        "“bought lately · orders often (2)” grew most: from 1,103 to 1,200 people."
    )
    assert changes[1] == "“seldom here · narrow interests” shrank most: from 811 to 793 people."
    assert changes[2].startswith("90 people are in another group now")
    assert "redrawn around them" in changes[3]
    assert changes_of(report(previous_run_id=None), [])[0].startswith("This is the first")
    none = report(moves=report().moves.iloc[:0], trend=report().trend.iloc[:0])
    assert changes_of(none, ordered_segments(none))[0].startswith("No segment of known size")


def test_every_name_and_size_is_on_the_first_page(page):
    overview = section(page, "overview")
    for _, kind, name, size in SEGMENTS:
        expected = "withheld" if size is None else f"{size:,}"
        assert f"{name} {'rule' if kind == 'rule' else 'group'} {expected} " in overview


def test_groups_that_are_alike_lie_near_each_other():
    groups = [
        Segment(s, s, False, "", "", (), 100.0, 0.25, None, None) for s in ("a", "b", "c", "d")
    ]
    effects = {"a": (2.0, 0.0), "b": (1.9, 0.1), "c": (-2.0, 0.0), "d": (-1.0, -2.0)}
    profiles = {
        (feature, s): Profile(100.0, 100.0, 1.0 + of[n], 1.0, of[n])
        for s, of in effects.items()
        for n, feature in enumerate(("frequency", "search_share"))
    }
    picture = lie_picture(groups, profiles)
    places = {}
    for row, spot in zip(picture.table.rows, _centres(picture.svg), strict=True):
        places[row[1]] = spot
    near = np.linalg.norm(np.subtract(places["a"], places["b"]))
    assert near < np.linalg.norm(np.subtract(places["a"], places["c"])) / 5
    assert "To the right: high " in picture.caption
    assert "100% of the differences" in picture.caption
    assert lie_picture(groups[:2], profiles) is None
    assert lie_picture([replace(g, people=None) for g in groups], profiles) is None


def _centres(svg):
    marks = svg.split('aria-roledescription="group"')[:-1]
    return [
        [float(n) for n in part.rsplit("translate(", 1)[1].split(")")[0].split(",")]
        if "translate(" in part[-200:]
        else None
        for part in (svg.split('aria-roledescription="group"')[n + 1][:200] for n in
                     range(len(marks)))
    ]  # fmt: skip
