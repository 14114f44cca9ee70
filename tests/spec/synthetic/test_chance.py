"""Draws that follow from a seed and a row's own key."""

import math
import statistics

import pytest
from pyspark.sql import functions as F

from desirelines.synthetic.chance import Chance, nudged_share, one_of
from tests.support.tables import table

PEOPLE = 4_000


@pytest.fixture(scope="module")
def drawn(spark):
    """Draws of many people: named alike and otherwise, by this seed and another."""
    chance, person = Chance(7), F.col("id")
    return spark.range(PEOPLE).select(
        "id",
        chance.uniform("a", person).alias("uniform"),
        chance.uniform("b", person).alias("other"),
        Chance(8).uniform("a", person).alias("other_seed"),
        chance.whole(3, "w", person).alias("whole"),
        chance.happens(0.25, "h", person).alias("happens"),
        chance.normal("n", person).alias("normal"),
        chance.even("e", person, 2).alias("even"),
        chance.uuid("u", person).alias("uuid"),
    ).collect()  # fmt: skip


def test_a_draw_is_the_same_wherever_its_row_lies(spark, drawn):
    rows = spark.range(PEOPLE).repartition(3).orderBy(F.col("id").desc())
    again = {r[0]: r[1] for r in rows.select("id", Chance(7).uniform("a", F.col("id"))).collect()}
    assert again == {r["id"]: r["uniform"] for r in drawn}


def test_names_and_seeds_give_draws_of_their_own(drawn):
    for name in ("other", "other_seed"):
        shared = statistics.correlation([r["uniform"] for r in drawn], [r[name] for r in drawn])
        assert abs(shared) < 4 / math.sqrt(PEOPLE), name


def test_draws_have_the_shape_that_they_promise(drawn):
    about = lambda value: pytest.approx(value, abs=4 / math.sqrt(PEOPLE))  # noqa: E731 - four errors
    assert all(0 <= r["uniform"] < 1 for r in drawn)
    assert statistics.mean(r["uniform"] for r in drawn) == about(0.5)
    assert statistics.mean(r["happens"] for r in drawn) == about(0.25)
    assert {r["whole"] for r in drawn} == {0, 1, 2}
    assert statistics.mean(r["normal"] for r in drawn) == about(0)
    assert statistics.stdev(r["normal"] for r in drawn) == about(1)
    assert max(abs(r["normal"]) for r in drawn) <= 3
    assert statistics.mean(r["even"] for r in drawn[:200]) == pytest.approx(0, abs=0.02)
    assert len({r["uuid"] for r in drawn}) == PEOPLE
    assert [len(part) for part in drawn[0]["uuid"].split("-")] == [8, 4, 4, 4, 12]


def test_a_share_stays_one_and_a_place_gives_its_value(spark):
    rows = table(spark, """
        d:mean | d:by | n:place | d:share  | value
        0.5    | 0    | 0       | 0.5      | x
        0.5    | 1    | 1       | 0.731059 | y
        0.2    | -1   | 2       | 0.084224 | z
        0.9    | 30   | 0       | 1        | x
    """)  # fmt: skip
    got = rows.select(
        "share", "value", nudged_share(F.col("mean"), F.col("by")).alias("s"),
        one_of(("x", "y", "z"), F.col("place").cast("int")).alias("v"),
    ).collect()  # fmt: skip
    assert [r["s"] for r in got] == [pytest.approx(r["share"], abs=1e-6) for r in got]
    assert [r["v"] for r in got] == [r["value"] for r in got]
