"""Which overlaps of segments are published."""

from desirelines.segments.publishable_overlap import publishable_coverage, publishable_overlaps

SIZES = {"a": 200, "b": 120, "t": 80, "buyers": 160, "lapsed": 100}
"""Main segments a, b and t; two rule segments."""
LARGE = {
    ("a", "buyers"): 96, ("b", "buyers"): 64,
    ("a", "lapsed"): 40, ("b", "lapsed"): 20, ("lapsed", "t"): 40,
    ("buyers", "lapsed"): 60,
}  # fmt: skip


def shown(pairs, withheld=()):
    rows = publishable_overlaps(pairs, SIZES, main=["a", "b", "t"], withheld_sizes=withheld)
    return {(r["segment_id"], r["other_segment_id"]): r["people_count"] for r in rows}


def test_large_overlaps_are_published_in_tens():
    assert shown(LARGE) == LARGE | {("a", "buyers"): 90, ("b", "buyers"): 60}
    row = publishable_overlaps(LARGE, SIZES, main=["a", "b", "t"], withheld_sizes=())[0]
    assert row == {
        "segment_id": "a",
        "other_segment_id": "buyers",
        "people_count": 90,
        "share": 0.45,  # of the 200 in a
        "other_share": 90 / 160,
        "jaccard": 90 / 270,
    }


def test_a_small_overlap_hides_another_main_segment_s():
    """160 buyers less 96 and 60 would be four."""
    pairs = LARGE | {("b", "buyers"): 60, ("buyers", "t"): 4}
    assert set(shown(pairs)) == set(LARGE) - {("b", "buyers")}


def test_two_segments_are_not_told_where_fewer_than_twenty_are_in_one_only():
    """Of 100 lapsed people 85 were buyers: 15 were not."""
    assert ("buyers", "lapsed") not in shown(LARGE | {("buyers", "lapsed"): 85})
    assert ("buyers", "lapsed") in shown(LARGE | {("buyers", "lapsed"): 100})  # all were


def test_a_segment_of_withheld_size_is_in_no_pair():
    assert set(shown(LARGE, withheld=["lapsed", "t"])) == {("a", "buyers"), ("b", "buyers")}


def test_coverage_is_told_in_tenths_and_as_a_whole_or_not_at_all():
    rows = publishable_coverage({0: 500, 1: 303, 2: 200})
    assert [(r["rule_segments"], r["share"]) for r in rows] == [(0, 0.5), (1, 0.3), (2, 0.2)]
    assert publishable_coverage({0: 500, 1: 303, 2: 99}) == []
