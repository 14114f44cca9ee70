"""The language of patterns, and which patterns are frequent."""

import pytest
from pyspark.sql import functions as F

from desirelines.errors import SettingsError
from desirelines.paths.frequent_patterns import frequent_sequences, to_patterns, with_goal
from desirelines.paths.pattern_counts import to_ngram_counts, to_pattern_counts, to_sequence_counts
from desirelines.paths.person_batches import colocated_by_person, with_segments
from desirelines.settings.patterns import Item, check_names, plain, read_pattern
from tests.support.tables import rows_of, table


@pytest.mark.parametrize(
    ("text", "items", "occurrence", "within_ms"),
    [
        ("cart -> pay", [("cart", False, False), ("pay", False, False)], "first", None),
        ("cart -> * -> pay within 2h", [("cart", False, False), ("pay", False, True)], "first",
         7_200_000),
        ("last [a|b c] -> [^d]", [("a,b c", False, False), ("d", True, False)], "last", None),
        ("every product viewed->order-done",
         [("product viewed", False, False), ("order-done", False, False)], "every", None),
        ('"a -> b" -> "within"', [("a -> b", False, False), ("within", False, False)], "first",
         None),
        ("/p/1.html within 1.5d", [("/p/1.html", False, False)], "first", 129_600_000),
        ("first", [("first", False, False)], "first", None),
    ],
)  # fmt: skip
def test_patterns_are_read(text, items, occurrence, within_ms):
    got = read_pattern(text)
    assert got.items == tuple(
        Item(frozenset(n.split(",")), is_not, gap) for n, is_not, gap in items
    )
    assert (got.occurrence, got.within_ms) == (occurrence, within_ms)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a pattern ends with a step"), ("cart ->", "a pattern ends with a step"),
        ("-> cart", "at character 1: expected a step"),
        ("* -> cart", "`*` stands between two steps"),
        ("a -> * -> * -> b", "`*` stands between"), ("[a|] -> b", "a name is empty"),
        ("a -> b within 2y", "at character 8"), ("a ! b", "at character 3: expected `->`"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(text, message):
    with pytest.raises(SettingsError, match=r".*") as error:
        read_pattern(text)
    assert message in str(error.value)


def test_a_name_that_nobody_ever_did_is_a_mistake():
    with pytest.raises(
        SettingsError, match=r"there is no step 'chekout' \(did you mean 'checkout'\?\)"
    ):
        check_names([read_pattern("cart -> chekout")], {"cart", "checkout"})


def test_a_plain_pattern_reads_back_as_its_steps():
    names = ["cart", "a -> b", "order done", "x|y"]
    assert [set(i.names) for i in read_pattern(plain(names, gaps=True)).items] == [
        {n} for n in names
    ]


def paths(spark):
    lines = [
        ("home cart pay", 20),
        ("home cart", 20),
        ("home help cart home pay", 10),
        ("cart cart", 4),
    ]
    rows = [
        f"{w}-{n} | session | {way}" for w, (way, people) in enumerate(lines) for n in range(people)
    ]
    found = table(spark, "person_id | grain | l:steps\n" + "\n".join(rows))
    return found.withColumn("at_ms", F.transform("steps", lambda s, i: i.cast("long") * 1000))


def members(spark):
    return table(
        spark, "person_id | segment_id\n" + "\n".join(f"0-{n} | payers" for n in range(20))
    )


def told_of(spark, goal):
    return colocated_by_person(with_segments(with_goal(paths(spark), goal), members(spark)))


HOW = {"share": 0.1, "most": 10, "has_goal": True, "run_id": "r"}


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
