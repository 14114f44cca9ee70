"""The step matrix, and the facts of each step."""

import pytest
from pyspark.sql import functions as F

from desirelines.paths.person_batches import colocated_by_person
from desirelines.paths.step_matrix import to_positions, to_step_facts
from tests.support.tables import rows_of, table


def paths(spark):
    """Ten people each of two ways, and three of a way of their own."""
    ways = [("a b a c", 10), ("a a", 10), ("b own", 3)]
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
