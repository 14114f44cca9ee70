"""Pictures of segments: what they write is what they were given."""

import re

from desirelines.report.charts import Bar, differences, moves, segment_sizes, transitions
from tests.support.report import text_of


def test_bars_tell_sizes_and_what_is_withheld_under_their_headings():
    page = segment_sizes([
        Bar("often here", 1200.0, 0.6, False), Bar("few", None, None, False),
        Bar("New buyers", 144.0, 0.072, True),
    ])  # fmt: skip
    text = text_of(page)
    for shown in ("Groups found in behaviour", "Segments set by a rule", "often here", "New buyers",
                  "1,200 · 60.0%", "withheld", "144 · 7.2%"):  # fmt: skip
        assert shown in text
    alone = text_of(segment_sizes([Bar("a", 10.0, 1.0, False)]))
    assert "One group" in alone
    assert "Segments set by a rule" not in alone
    assert "Groups found in behaviour" not in alone


NAMES = {"c1": "often here", "c2": "seldom here", "new": "new people"}


def test_effects_stand_under_the_names_of_their_segments():
    effects = {("frequency", "c1"): 1.2, ("frequency", "c2"): None}
    shown = text_of(differences(["frequency"], ["c1", "c2"], effects, NAMES))
    for text in ("often here", "seldom here", "frequency"):
        assert text in shown
    without = differences(["frequency"], ["c1", "c2"], effects | {("frequency", "c1"): -1.2}, NAMES)
    assert without != differences(["frequency"], ["c1", "c2"], effects, NAMES)


def test_shares_of_what_follows_are_percents_and_pairs_without_one_are_blank():
    shares = {("path_start", "search"): 0.75, ("search", "order_completed"): 0.2}
    picture = transitions(
        shares,
        ["path_start", "search"],
        ["search", "order_completed"],
        name="c1",
        label="what follows",
    )
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    assert [text for text in texts if text.isdigit()] == ["75", "20"]
    assert {"start", "search", "order completed"} <= set(texts)


def test_people_who_stayed_or_are_few_are_no_move():
    counts = {("c1", "c2"): 34.0, ("c1", "c1"): 800.0, ("new", "c1"): 56.0, ("c2", "c1"): 9.0}
    texts = text_of(moves(counts, ["c1", "c2", "new"], ["c1", "c2"], NAMES))
    for shown in ("34", "56", "withheld", "new people"):
        assert shown in texts
    assert "800" not in texts
    assert "9" not in texts
