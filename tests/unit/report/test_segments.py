"""Segments and their profiles as the page shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desirelines.report.page import render
from desirelines.report.segments import (
    Profile,
    Segment,
    absent_rules,
    facts_of,
    means_beside_rules,
    means_of_everybody,
    means_of_others,
)
from tests.support.report import report, section


def test_a_count_that_is_null_is_withheld(page: str) -> None:
    assert "wandering · repeating steps group withheld –" in section(page, "overview")
    assert "wandering · repeating steps Number of people withheld" in section(page, "segment-3")
    assert "came in: 25, left: withheld" in section(page, "segment-3")


def test_a_small_count_that_slipped_through_is_not_shown() -> None:
    data = report()
    sizes = data.sizes.replace({"people_count": {793: 7}})
    profiles = data.profiles.assign(
        known_count=data.profiles["known_count"].where(data.profiles["segment_id"] != "c2", 7),
        mean=4321.0,
    )
    page = render(report(sizes=sizes, profiles=profiles[profiles["segment_id"] == "c2"]))
    assert "seldom here · narrow interests group withheld –" in section(page, "overview")
    assert "4,321" not in page


def profile(known, mean, effect, median=None):
    return Profile(20.0, known, mean, mean if median is None else median, effect)


def cluster(segment_id):
    return Segment(segment_id, segment_id, False, "", "", (), 20.0, 0.1, None, None)


CLUSTERS = [cluster(s) for s in "abc"]


def test_others_are_the_people_of_all_other_groups_by_their_number() -> None:
    profiles = {
        ("frequency", "a"): profile(10, 1.0, -1.0),
        ("frequency", "b"): profile(20, 4.0, 0.0),
        ("frequency", "c"): profile(40, 10.0, 1.0),
        ("frequency", "too_little_data"): profile(900, 99.0, 9.0),  # in no group
        ("monetary", "a"): profile(10, 5.0, 1.0),
        ("monetary", "b"): profile(None, 5.0, 1.0),  # its size is withheld
        ("order_value", "a"): profile(10, 5.0, None),  # known in one group only
    }
    assert means_of_others(profiles, CLUSTERS) == {
        ("frequency", "a"): (20 * 4 + 40 * 10) / 60,
        ("frequency", "b"): (10 * 1 + 40 * 10) / 50,
        ("frequency", "c"): (10 * 1 + 20 * 4) / 30,
        ("monetary", "b"): 5.0,
    }


def test_everybody_are_all_main_segments_and_who_is_beside_a_rule_is_the_rest_of_them() -> None:
    profiles = {
        ("frequency", "a"): profile(10, 1.0, -1.0),
        ("frequency", "b"): profile(20, 4.0, 0.0),
        ("frequency", "c"): profile(40, 10.0, 1.0),
        ("frequency", "rule"): profile(15, 12.0, 1.0),
        ("frequency", "most"): profile(65, 7.0, 1.0),  # five are beside it
        ("monetary", "a"): profile(None, 5.0, 1.0),
        ("monetary", "b"): profile(20, 5.0, 1.0),
        ("monetary", "c"): profile(20, 5.0, 1.0),
    }
    everybody = means_of_everybody(profiles, CLUSTERS)
    assert everybody == {"frequency": (490 / 70, 70)}
    rules = [replace(cluster(s), is_rule=True) for s in ("rule", "most")]
    assert means_beside_rules(profiles, rules, everybody) == {
        ("frequency", "rule"): (490 - 15 * 12) / 55
    }


def test_advice_is_given_only_where_the_values_deserve_it() -> None:
    profiles = {
        ("frequency", "a"): profile(20, 12.0, 0.9),
        ("frequency", "b"): profile(20, 2.0, -0.9),
        ("days_since_active", "a"): profile(20, 40.0, 0.9),
        ("days_since_active", "b"): profile(20, 12.0, -0.9),
    }
    facts = facts_of(CLUSTERS[0], profiles, means_of_others(profiles, CLUSTERS))
    assert [(f.feature, f.headline, f.use[:11]) for f in facts] == [
        ("frequency", "orders often", "Reward them"), ("days_since_active", "", ""),
    ]  # fmt: skip


def test_the_facts_of_a_group_are_its_strongest_differences_that_matter() -> None:
    hours = {("hour_sin", "a"): 0.85, ("hour_cos", "a"): -0.3,
             ("hour_sin", "b"): -0.8, ("hour_cos", "b"): 0.1}  # fmt: skip
    profiles = {
        ("days_since_active", "a"): profile(20, 0.63, 2.0),
        ("days_since_active", "b"): profile(20, 0.60, -2.0),
        ("frequency", "a"): profile(20, 12.0, 0.5),
        ("frequency", "b"): profile(20, 2.0, -0.5),
    } | {key: profile(20, mean, 1.2) for key, mean in hours.items()}
    facts = facts_of(CLUSTERS[0], profiles, means_of_others(profiles, CLUSTERS))
    assert [(f.headline, f.label, f.here, f.words, f.others) for f in facts] == [
        (
            "mornings around 07:30",
            "start of visits",
            "around 07:30",
            "well apart from the others",
            "around 18:30",
        ),
        ("orders often", "orders", "12.0 orders on average", "somewhat above the others", "2.0"),
    ]


@pytest.mark.parametrize(
    ("frequency", "people", "absent"),
    [
        (0.0, 0.0, ["lapsed"]),
        (0.0, 12.0, []),  # they ordered before the window
        (0.2, 0.0, []),  # nobody is lapsed
        (0.0, None, []),  # withheld
    ],
)
def test_a_rule_about_orders_is_left_out_where_nobody_orders(frequency, people, absent) -> None:
    rules = [
        replace(cluster(s), is_rule=True, people=n)
        for s, n in (("lapsed", people), ("too_little_data", 0.0))
    ]
    profiles = {("frequency", "a"): profile(20, frequency, None)}
    found = absent_rules([*CLUSTERS, *rules], profiles, {"lapsed": "frequency"})
    assert [s.segment_id for s in found] == absent
    assert absent_rules(rules, {}, {"lapsed": "frequency"}) == []
