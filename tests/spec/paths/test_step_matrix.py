"""The step matrix, and the facts of each step."""

import pytest
from pyspark.sql import functions as F

from desirelines.paths.person_batches import colocated_by_person
from desirelines.paths.step_matrix import to_positions, to_step_facts
from tests.support.tables import rows_of, table

TWO_WAYS = (("a b a c", 10), ("a a", 10), ("b own", 3))
"""Ten people each of two ways, and three of a way of their own."""


def paths(spark, ways=TWO_WAYS):
    lines = [
        f"{w}-{n} | session | {way}" for w, (way, people) in enumerate(ways) for n in range(people)
    ]
    found = table(spark, "person_id | grain | l:steps\n" + "\n".join(lines))
    at_ms = F.transform("steps", lambda s, i: i.cast("long") * 1000)
    return colocated_by_person(
        found.withColumns({"segments": F.array(F.lit("all")), "at_ms": at_ms})
    )


def test_places_of_the_step_matrix_sum_to_one_and_few_people_are_hidden_with_others(spark):
    got = to_positions(paths(spark), places=3, run_id="r")
    assert rows_of(got, "place", "step", "path_count") == [
        # three began with b: reported with the twenty others, or they would follow from the whole
        (1, "__hidden__", 23),
        # three went to `own`, and the next smallest hides with them
        (2, "__hidden__", 13), (2, "b", 10),
        (3, "a", 10), (3, "path_end", 13),
    ]  # fmt: skip
    sums = got.groupBy("place").agg(F.sum("path_share").alias("s")).collect()
    assert [r["s"] for r in sums] == pytest.approx([1.0] * 3)
    assert got.filter("path_count < 10").isEmpty()


@pytest.mark.parametrize(("ways", "expected"), [
    # one of 41 has a third step: nothing can be said of that place, and of all others it can
    ((("a b", 40), ("a b c", 1)),
     [(1, "a", 41), (2, "b", 41), (4, "path_end", 41)]),
    # another step hides with the rare one, and not the many that are over
    ((("a", 40), ("a b", 30), ("a c", 20), ("a own", 3)),
     [(1, "a", 93), (2, "__hidden__", 23), (2, "b", 30), (2, "path_end", 40),
      (3, "path_end", 93), (4, "path_end", 93)]),
    # also where fewer are over than took the other steps
    ((("a", 12), ("a b", 30), ("a c", 20), ("a own", 3)),
     [(1, "a", 65), (2, "__hidden__", 23), (2, "b", 30), (2, "path_end", 12),
      (3, "path_end", 65), (4, "path_end", 65)]),
    # of fewer than ten that are over, that they are is not said
    ((("a", 3), ("a b", 30), ("a c", 20)),
     [(1, "a", 53), (2, "__hidden__", 23), (2, "b", 30), (3, "path_end", 53), (4, "path_end", 53)]),
])  # fmt: skip
def test_hiding_never_takes_the_end_and_leaves_out_a_place_of_few(spark, ways, expected):
    got = to_positions(paths(spark, ways), places=4, run_id="r")
    assert rows_of(got, "place", "step", "path_count") == expected


def test_of_each_step_how_often_paths_begin_end_loop_and_turn_back(spark):
    got = to_step_facts(paths(spark), run_id="r")
    columns = ("step", "people_count", "path_count", "visit_count", "entry_share", "exit_share",
               "drop_off_share", "loop_share", "backtrack_share", "revisit_share")  # fmt: skip
    assert rows_of(got, *columns) == [
        # a: visited twice in both ways; of 30 followed visits 10 are loops;
        # of 10 with two more steps all are a, b, a
        # three begin with b, three end with `own`: where others begin and end is withheld,
        # or the three would follow from the whole
        ("a", 20, 20, 40, None, None, None, 10 / 30, 1.0, 0.5),
        # b: 13 visits, all followed; of 10 with two more steps none is b, x, b
        ("b", 13, 13, 13, None, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("c", 10, 10, 10, 0.0, 10 / 23, 1.0, None, None, 0.0),
    ]  # `own` is of three people
