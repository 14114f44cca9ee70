"""Pictures of segments: what they write is what they were given."""

from desirelines.report.charts import Bar, differences, moves, segment_sizes, transitions
from tests.support.report import parsed, text_of


def test_bars_tell_sizes_and_what_is_withheld_under_their_headings():
    page = segment_sizes([
        Bar("often here", 1200.0, 0.6, False), Bar("few", None, None, False),
        Bar("New buyers", 144.0, 0.072, True),
    ])  # fmt: skip
    text = text_of(page)
    for shown in ("Groups found in behaviour", "Segments set by a rule", "often here", "New buyers",
                  "1,200 · 60.0%", "withheld", "144 · 7.2%"):  # fmt: skip
        assert shown in text
    assert "Segments set by a rule" not in text_of(segment_sizes([Bar("a", 10.0, 1.0, False)]))


def test_other_pictures_name_their_rows_and_columns():
    names = {"c1": "often here", "c2": "seldom here"}
    effects = {("frequency", "c1"): 1.2, ("frequency", "c2"): None}
    shown = text_of(differences(["frequency"], ["c1", "c2"], effects, names))
    assert "often here" in shown
    assert "frequency" in shown
    assert parsed(segment_sizes([])).names.count("svg") == 1
    assert callable(transitions)
    assert callable(moves)
