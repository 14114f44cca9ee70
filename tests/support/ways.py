"""Paths of people who pay or do not, twenty of the payers in a segment."""

from pyspark.sql import functions as F

from desirelines.paths.frequent_patterns import with_goal
from desirelines.paths.person_batches import colocated_by_person, with_segments
from tests.support.tables import table


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
