"""What a card says of its segment."""

from __future__ import annotations

from tests.support.report import section


def test_a_card_says_what_tells_its_people_apart(page: str) -> None:
    cards = section(page, "groups")
    assert (
        "long since an order recency days: 95.0 days on average , far above the others (12.0)"
        in cards
    )
    assert "bought lately recency days: 12.0 days on average , far below the others (95.0)" in cards
    assert "search ×2 → order completed 12.0% of visits (321)" in cards
    assert "Cohen" not in cards


def test_a_rule_is_told_in_words_with_the_day(page: str) -> None:
    expected = "New buyers 144 people · 7.2% of everybody rule of new_buyer before 1 March 2026"
    assert expected in section(page, "rules")
