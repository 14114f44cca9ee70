"""Which patterns are frequent."""

from desirelines.paths.frequent_patterns import frequent_sequences, to_patterns
from desirelines.paths.pattern_counts import to_pattern_counts, to_sequence_counts
from desirelines.settings.patterns import read_pattern
from tests.support.tables import rows_of
from tests.support.ways import HOW, paths, told_of


def test_frequent_sequences_are_maximal_and_counted_like_any_pattern(spark):
    found = frequent_sequences(paths(spark), share=0.3, most=10, longest=4)
    assert found == [("home", "cart", "pay")]
    asked = [read_pattern("every cart -> * -> [pay|cart]"), read_pattern("[^home] -> pay")]
    known = told_of(spark, None)
    held = to_sequence_counts(known, found).unionByName(to_pattern_counts(known, asked))
    got = to_patterns(known, held, **HOW | {"has_goal": False})
    columns = ("segment_id", "pattern", "path_count", "occurrence_count", "goal_odds", "is_skewed")
    assert [r for r in rows_of(got, *columns) if r[0] == "all"] == [
        ("all", "[^home] -> pay", 20, 20, None, None),
        ("all", "every cart -> * -> [pay|cart]", 34, 34, None, None),
        ("all", "home -> * -> cart -> * -> pay", 30, 30, None, None),
    ]
