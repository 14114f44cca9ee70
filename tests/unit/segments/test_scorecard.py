"""Five questions about a segment."""

import pytest

from desirelines.segments.scorecard import Counts, to_scorecards

EFFECTS = {"frequency": -1.5, "monetary": 0.4, "order_value": None}


def card(counts, withheld=()):
    rows = to_scorecards({"s": counts}, everybody=200, withheld_sizes=frozenset(withheld))
    return rows[0]


def test_a_segment_is_measured_by_shares_of_everybody_and_of_its_members():
    assert card(Counts(50, 20, EFFECTS, 0.4)) == {
        "segment_id": "s",
        "measurable": 0.9,  # unknown for 20 of 200
        "substantial": 0.25,
        "distinct": 1.5,
        "distinct_by": "frequency",
        "reachable": 0.4,  # 20 of 50
        "responds": None,
    }


@pytest.mark.parametrize(
    ("counts", "withheld", "hidden"),
    [
        (Counts(50, 9, {}, 0.4), [], {"measurable"}),  # nine unknown
        (Counts(50, 145, {}, 0.4), [], {"measurable"}),  # five who are known not to be in it
        (Counts(50, None, {}, 0.4), [], {"measurable"}),  # withheld elsewhere
        (Counts(50, 20, {}, 0.1), [], {"reachable"}),  # five of 50
        (Counts(50, 20, {}, 0.9), [], {"reachable"}),  # all but five
        (Counts(50, 20, {}, None), [], set()),  # nobody is known to be reachable: see below
        (Counts(50, 20, {}, 0.4), ["s"], {"measurable", "substantial", "reachable"}),
    ],
)
def test_shares_that_tell_of_few_people_are_null(counts, withheld, hidden):
    shares = ("measurable", "substantial", "reachable")
    row = card(counts, withheld)
    assert {name for name in shares if row[name] is None} - {"reachable"} == hidden - {"reachable"}
    assert (row["reachable"] is None) == ("reachable" in hidden or counts.reachable is None)


def test_no_effect_is_no_distinction():
    row = card(Counts(50, 0, {"frequency": None}, 0.0))
    assert (row["distinct"], row["distinct_by"], row["reachable"]) == (None, None, 0.0)
