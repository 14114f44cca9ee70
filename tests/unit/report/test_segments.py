"""Segments and their profiles as the page shows them."""

from __future__ import annotations

from desirelines.report.page import render
from tests.support.report import report, section


def test_a_count_that_is_null_is_withheld(page: str) -> None:
    assert "wandering · repeating steps group withheld –" in section(page, "sizes")
    assert "wandering · repeating steps number of people withheld" in section(page, "groups")
    assert "came in: 25, left: withheld" in section(page, "groups")


def test_a_small_count_that_slipped_through_is_not_shown() -> None:
    data = report()
    sizes = data.sizes.replace({"people_count": {793: 7}})
    profiles = data.profiles.assign(
        known_count=data.profiles["known_count"].where(data.profiles["segment_id"] != "c2", 7),
        mean=4321.0,
    )
    page = render(report(sizes=sizes, profiles=profiles[profiles["segment_id"] == "c2"]))
    assert "seldom here · narrow interests group withheld –" in section(page, "sizes")
    assert "4,321" not in page


def test_everybody_is_the_mean_of_the_clusters_by_their_people() -> None:
    profiles = report().profiles
    profiles["mean"] = [10.0 if s == "c1" else 20.0 for s in profiles["segment_id"]]
    expected = (10 * 1200 + 20 * 793) / 1993
    assert f"(everybody: {expected:.1f})" in section(render(report(profiles=profiles)), "groups")
