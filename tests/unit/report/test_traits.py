"""What sets segments apart: twelve figures in a picture, no hours as sine, nothing empty."""

from desirelines.report.segments import (
    Profile,
    Segment,
    means_of_others,
    ordered_segments,
    profiles_of,
)
from desirelines.report.traits import (
    TELLING,
    comparison_grid,
    differences_grid,
    differences_picture,
    features_in_use,
    profile_grid,
    tells_nothing,
    traits_picture,
)
from tests.support.report import report


def group(number):
    return Segment(f"c{number}", f"c{number}", False, "", "", (), 50.0, 0.5, None, None)


def profile(mean, effect, known=50.0):
    return Profile(50.0, known if mean is not None else 0.0, mean, mean, effect)


VALUES = {  # mean and effect in each of two groups
    "recency_days": ((3.0, 0.4), (9.0, -0.4)),
    "frequency": ((2.0, 0.0), (2.0, 0.0)),
    "monetary": ((5.0, None), (5.0, None)),
    "push_open_share": ((None, None), (None, None)),
    "sessions_per_week": ((1.0, None), (None, None)),
    "hour_sin": ((0.5, 3.0), (-0.5, -3.0)),
    "hour_cos": ((0.5, 3.0), (-0.5, -3.0)),
}
PROFILES = {
    (f, f"c{n}"): profile(*values) for f, of in VALUES.items() for n, values in enumerate(of)
}
GROUPS = [group(0), group(1)]


def test_figures_that_tell_nothing_leave_the_page_with_a_line():
    assert features_in_use(GROUPS, PROFILES) == ["recency_days", "sessions_per_week"]
    assert tells_nothing(GROUPS, PROFILES) == (
        "Left out, because they are known of nobody: share of push messages opened. "
        "Left out, because they are the same for everybody: orders, money spent, less refunds."
    )
    only = {key: p for key, p in PROFILES.items() if key[0] == "recency_days"}
    assert tells_nothing(GROUPS, only) == ""


def test_hours_are_never_told_as_sine_and_cosine():
    tables = (
        differences_picture(GROUPS, PROFILES).table,
        differences_grid(GROUPS, PROFILES, {}),
        traits_picture(GROUPS[0], PROFILES, {}).table,
        profile_grid(GROUPS[0], PROFILES, {}, {}),
        comparison_grid(GROUPS, PROFILES, False),
    )
    for grid in tables:
        assert not [row for row in grid.rows if row[0].startswith("hour")]
        assert [row for row in grid.rows if row[0] == "days since the last order"]


def test_a_picture_has_the_twelve_that_tell_most_and_the_table_all():
    names = [f"own_{n}" for n in range(20)]
    profiles = {(f, "c0"): profile(1.0, 0.1 * n) for n, f in enumerate(names, start=1)}
    profiles |= {(f, "c1"): profile(2.0, -0.1 * n) for n, f in enumerate(names, start=1)}
    shown = {row[0] for row in differences_picture(GROUPS, profiles).table.rows}
    assert shown == {f"own {n}" for n in range(8, 20)}
    assert len(shown) == TELLING
    assert len({row[0] for row in differences_grid(GROUPS, profiles, {}).rows}) == 20
    bars = traits_picture(GROUPS[0], profiles, {("own_19", "c0"): 2.0}).table.rows
    assert bars[0] == ("own 19", "1.0 · 2.0", "2.00")
    assert len(bars) == TELLING


def test_a_figure_known_of_few_is_not_among_the_telling_ones():
    profiles = {("frequency", "c0"): profile(1.0, 2.0, known=20.0)}
    assert traits_picture(GROUPS[0], profiles, {}) is None


def test_one_group_is_compared_with_nothing():
    assert differences_picture(GROUPS[:1], PROFILES) is None
    assert differences_grid(GROUPS[:1], PROFILES, {}) is None


def test_segments_stand_side_by_side_with_who_came_and_left():
    data = report()
    segments, profiles = ordered_segments(data), profiles_of(data)
    grid = comparison_grid(segments[:2], profiles, True)
    assert grid.head == ("figure", segments[0].name, segments[1].name)
    assert grid.rows[:3] == (
        ("people", "1,200", "793"), ("came in since the last run", "25", "25"),
        ("left since the last run", "withheld", "withheld"),
    )  # fmt: skip
    assert ("orders", "95.0", "12.0") in grid.rows
    assert len(comparison_grid(segments[:2], profiles, False).rows) == len(grid.rows) - 2


def test_a_profile_stands_beside_the_others_and_everybody():
    data = report()
    segments, profiles = ordered_segments(data), profiles_of(data)
    others = means_of_others(profiles, segments[:2])
    grid = profile_grid(segments[0], profiles, others, {"frequency": (61.9, 1993.0)})
    assert ("orders", "95.0", "95.0", "12.0", "61.9", "1.50", "1,200") in grid.rows
