"""How often patterns occur, and what they say of the goal."""

from desirelines.paths.frequent_patterns import to_patterns
from desirelines.paths.pattern_counts import to_ngram_counts
from desirelines.settings.patterns import read_pattern
from tests.support.tables import rows_of
from tests.support.ways import HOW, told_of


def test_steps_in_a_row_are_counted_with_what_they_say_of_the_goal(spark):
    known = told_of(spark, read_pattern("pay"))
    got = to_patterns(known, to_ngram_counts(known), **HOW).filter("kind = 'pair'")
    columns = (
        "segment_id",
        "pattern",
        "people_count",
        "path_count",
        "path_share",
        "goal_odds",
        "is_skewed",
    )
    found = {r[:2]: r[2:] for r in rows_of(got, *columns)}
    # 54 paths, 30 reach the goal. home -> cart before it: 20 of those that do, 20 of the others.
    odds = (20 + 1) * (24 - 20 + 1) / ((30 - 20 + 1) * (20 + 1))
    assert found["all", "home -> cart"] == (40, 40, 40 / 54, odds, False)
    assert found["all", "help -> cart"] == (10, 10, 10 / 54, (10 + 1) * (24 + 1) / (20 + 1), False)
    # cart -> pay ends with the goal itself, so it says nothing before it
    assert found["all", "cart -> pay"] == (20, 20, 20 / 54, 25 / 31, False)
    assert found["payers", "cart -> pay"] == (20, 20, 1.0, 1 / 21, True)
    assert ("all", "cart -> cart") not in found  # four people
