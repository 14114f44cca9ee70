"""What characterises a segment."""

import pytest
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES
from desirelines.segments.profile import to_comparisons, to_counts, to_profiles
from tests.support.tables import rows_of, table


def people_with(spark, values):
    """Features of synthetic people: frequency as given, everything else null."""
    rows = spark.createDataFrame(
        [(f"p{n}", v if v is None else float(v)) for n, v in enumerate(values)],
        "person_id string, frequency double",
    )
    return rows.select(
        "person_id",
        *(
            F.col(f.name) if f.name == "frequency" else F.lit(None).cast("double").alias(f.name)
            for f in FEATURES
        ),
    )


def profiles_of(features, members, **rules):
    """Profiles of segments that divide the people among them."""
    divided = members.withColumn("is_primary", F.lit(True))
    return to_profiles(to_comparisons(features, divided, run_id="r", **rules))


def test_the_effect_of_a_feature_is_the_difference_in_pooled_deviations(spark):
    features = people_with(spark, [1, 2, 3] * 4 + [5, 6, 7] * 4)
    members = features.select(
        "person_id", F.when(F.col("frequency") > 4, "high").otherwise("low").alias("segment_id")
    )
    got = profiles_of(features, members).filter(F.col("feature") == "frequency")
    # variance inside each: 2/3 · 12/11; difference of means 4
    pooled = ((2 / 3 * 12 + 2 / 3 * 12) / 22) ** 0.5
    rows = {r["segment_id"]: r for r in got.collect()}
    assert rows["high"]["effect"] == pytest.approx(4 / pooled)
    assert rows["low"]["effect"] == pytest.approx(-4 / pooled)
    assert (
        rows["high"]["mean"],
        rows["high"]["median"],
        rows["high"]["people_count"],
        rows["high"]["share"],
    ) == (
        6,
        6,
        12,
        0.5,
    )


def test_an_unknown_feature_has_no_effect_and_a_small_segment_no_profile(spark):
    features = people_with(spark, range(21))
    members = features.select(
        "person_id", F.when(F.col("frequency") < 9, "tiny").otherwise("rest").alias("segment_id")
    )
    got = profiles_of(features, members)
    assert {r["segment_id"] for r in got.collect()} == {"rest"}
    assert got.filter((F.col("feature") == "monetary") & F.col("effect").isNotNull()).count() == 0


def test_what_is_known_of_fewer_than_ten_people_is_not_profiled(spark):
    features = people_with(spark, [1.0] * 9 + [None] * 12)
    members = features.select("person_id", F.lit("s").alias("segment_id"))
    # Known of nine, and known of nobody: a row for one of them would reveal which it is.
    assert profiles_of(features, members).filter("feature in ('frequency', 'monetary')").isEmpty()


def test_up_to_nine_of_whom_a_feature_is_unknown_count_as_known_and_a_withheld_size_has_no_counts(
    spark,
):
    features = people_with(spark, [1.0] * 21 + [None] * 9 + [2.0] * 21 + [None] * 10)
    members = features.select(
        "person_id",
        F.when(F.substring("person_id", 2, 9).cast("int") < 30, "a")
        .otherwise("b")
        .alias("segment_id"),
    )
    columns = ("segment_id", "people_count", "share", "known_count", "mean")
    got = profiles_of(features, members).filter("feature = 'frequency'")
    assert rows_of(got, *columns) == [("a", 30, 30 / 61, 30, 1.0), ("b", 31, 31 / 61, 21, 2.0)]
    got = profiles_of(features, members, withheld_sizes={"b"}).filter("feature = 'frequency'")
    assert rows_of(got, *columns) == [("a", 30, 30 / 61, 30, 1.0), ("b", None, None, None, 2.0)]


def test_equal_values_have_no_spread_in_the_last_bits_of_their_squares(spark):
    features = people_with(spark, [1 / 3] * 17 + [0.1] * 23)
    members = features.select(
        "person_id", F.when(F.col("frequency") > 0.2, "a").otherwise("b").alias("segment_id")
    )
    got = profiles_of(features, members).filter("feature = 'frequency'")
    assert rows_of(got, "segment_id", "effect") == [("a", None), ("b", None)]


def test_nothing_is_compared_with_a_rest_of_fewer_than_ten(spark):
    features = people_with(spark, [1.0, 2.0] * 10 + [5.0] * 9)
    members = features.filter("frequency < 5").select(
        "person_id", F.lit("most").alias("segment_id")
    )
    got = profiles_of(features, members).filter("feature = 'frequency'")
    assert rows_of(got, "segment_id", "mean", "effect") == [("most", 1.5, None)]


def test_clusters_are_compared_with_each_other_and_never_with_people_who_are_in_none(spark):
    """Twelve people come once, twelve four times; twenty-four strangers never."""
    features = people_with(spark, [1.0] * 6 + [2.0] * 6 + [4.0] * 6 + [5.0] * 6 + [0.0] * 24)
    n = F.substring("person_id", 2, 9).cast("int")
    primary = features.select(
        "person_id",
        F.when(n < 12, "c1").when(n < 24, "c2").otherwise("too_little_data").alias("segment_id"),
        F.lit(True).alias("is_primary"),
    )
    rule = features.filter("frequency >= 4").select(
        "person_id", F.lit("rule").alias("segment_id"), F.lit(False).alias("is_primary")
    )
    got = to_comparisons(
        features, primary.unionByName(rule), run_id="r", apart=["too_little_data"]
    ).filter("feature = 'frequency'")
    pooled = (2 * 12 * 0.25 / 22) ** 0.5
    rest_of_rule = [1.0] * 6 + [2.0] * 6 + [0.0] * 24
    mean_of_rule_s_rest = sum(rest_of_rule) / 36
    rows = {r["segment_id"]: r for r in got.collect()}
    assert {s: (r["mean"], r["rest_mean"], r["share"]) for s, r in rows.items()} == {
        "c1": (1.5, 4.5, 0.25),
        "c2": (4.5, 1.5, 0.25),
        "too_little_data": (0.0, 3.0, 0.5),  # beside everybody else
        "rule": (4.5, mean_of_rule_s_rest, 0.25),
    }
    assert rows["c1"]["effect"] == pytest.approx(-3 / pooled)
    assert rows["c2"]["effect"] == pytest.approx(3 / pooled)


def test_people_of_each_segment_and_of_these_who_came_and_who_went(spark):
    members = table(spark, "person_id | segment_id\na | s\nb | s\nc | t")
    changes = table(
        spark,
        "person_id | segment_id | change\na | s | entered\nd | s | left\nd | u | left\n"
        "c | t | primary_changed",
    )
    assert rows_of(to_counts(members, changes), "segment_id", "people_count", "entered",
                   "gone") == [
        ("s", 2, 1, 1), ("t", 1, 0, 0), ("u", 0, 0, 1),
    ]  # fmt: skip
