"""The whole fit: kinds of people are found, on every machine the same, and MLlib's traps."""

import math

import numpy as np
import pytest
from pyspark.ml.clustering import KMeans as MLlibKMeans
from pyspark.sql import functions as F
from sklearn.metrics import adjusted_rand_score

from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import fit, in_fixed_order, sample_of
from desirelines.clusters.mllib import VECTOR, assembler
from desirelines.clusters.preprocessing import to_prepared
from desirelines.features.custom import catalogued
from desirelines.features.path_tfidf import Vocabulary
from desirelines.settings.features import CustomFeature
from desirelines.settings.model import Clusters
from tests.support.three_kinds import PEOPLE


@pytest.mark.parametrize("algorithm", ["kmeans", "bisecting_kmeans"])
def test_both_algorithms_find_three_kinds_of_people_by_themselves(features, algorithm):
    fitted = fit(features, PEOPLE, FEATURES, Clusters(algorithm=algorithm, k_max=5, restarts=1))
    assert (fitted.kept.k, fitted.kept.clusters_found, fitted.kept.verdict) == (3, 3, "chosen")
    assert [(t.k, t.is_kept) for t in fitted.trials] == [
        (1, False),
        (2, False),
        (3, False),
        (4, False),
        (5, False),
        (3, True),
    ]
    found = (
        fitted.pipeline.transform(features)
        .groupBy(F.substring("person_id", 2, 3).cast("int") % 3, "prediction")
        .count()
    )
    assert found.count() == 3


def test_people_who_are_all_alike_are_one_group_and_say_so(spark, features):
    random = np.random.default_rng(4)
    rows = [(f"p{n:03d}", n % 8, *map(float, random.normal(size=3))) for n in range(500)]
    names = "person_id string, bucket long, hour_sin double, hour_cos double, satisfaction double"
    table = spark.createDataFrame(rows, names)
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    fitted = fit(table.select("*", *others), 500, FEATURES, Clusters(k_max=5))
    assert (fitted.kept.k, len(fitted.centres), fitted.pipeline) == (1, 1, None)
    assert fitted.kept.verdict.startswith("one group: 2 ")
    reasons = fitted.kept.verdict.removeprefix("one group: ").split("; ")
    assert {reason.split(" groups ")[1] for reason in reasons} == {
        f"({t.verdict})" for t in fitted.trials if t.k > 1
    }
    mean = np.mean(
        [[r[n] for n in ("hour_sin", "hour_cos", "satisfaction")] for r in table.collect()], axis=0
    )
    assert (
        np.sign(fitted.centres[0]).tolist() == np.sign([mean[2], mean[0], mean[1]]).tolist()
    )  # in the catalogue's order


def test_a_few_people_of_whom_something_is_missing_are_no_group_of_their_own(spark):
    noise = np.random.default_rng(6).normal(size=(600, 5)).tolist()
    rows = [
        (
            f"p{n:03d}",
            n % 8,
            math.exp(n % 2 + 0.1 * a),
            n % 2 + 0.2 * b,
            None if n % 33 == 0 else 7 + c,
            d,
            e,
        )
        for n, (a, b, c, d, e) in enumerate(
            noise
        )  # two groups by the first two numbers; of 19 people the third is missing
    ]
    names = (
        "frequency double, app_share double, satisfaction double, search_share double, "
        "weekend_share double"
    )
    table = spark.createDataFrame(rows, f"person_id string, bucket long, {names}")
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    fitted = fit(table.select("*", *others), 600, FEATURES, Clusters(k_max=5))
    missing = next(c for c in fitted.preparation.columns if c.is_indicator)
    assert fitted.kept.k == 2
    assert (
        missing.weight / missing.spread < 1.0
    )  # a deviation; by its own they would lie three away


def test_more_clusters_than_different_people_are_as_many_as_there_are(spark):
    """MLlib gives centres without people where points coincide, and no error."""
    rows = [(f"p{n}", n % 8, float(n % 2), 1.0) for n in range(40)]
    table = spark.createDataFrame(
        rows, "person_id string, bucket long, frequency double, hour_sin double"
    )
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    for settings in (
        Clusters(k=5, fit="mllib"),
        Clusters(k=5),
        Clusters(k=5, algorithm="bisecting_kmeans"),
    ):
        fitted = fit(table.select("*", *others), 40, FEATURES, settings)
        assert (fitted.kept.k, fitted.kept.clusters_found, len(fitted.centres)) == (5, 2, 2)


def test_bisecting_works_on_features_that_lie_around_nothing(spark):
    """Nothing is centred: on centred features MLlib's bisecting depends on the partitions.

    It finds one cluster or three by their number.
    """
    random = np.random.default_rng(8)
    angle = np.arange(600) % 3 * 2 * np.pi / 3
    rows = [
        (f"p{n:03d}", n % 8, float(np.sin(a) + e), float(np.cos(a) + f))
        for n, (a, (e, f)) in enumerate(
            zip(angle, random.normal(size=(600, 2)) * 0.05, strict=True)
        )
    ]
    table = spark.createDataFrame(
        rows, "person_id string, bucket long, hour_sin double, hour_cos double"
    )
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    fitted = fit(
        table.select("*", *others), 600, FEATURES, Clusters(k=3, algorithm="bisecting_kmeans")
    )
    assert fitted.kept.clusters_found == 3
    assert fitted.kept.smallest_share == pytest.approx(1 / 3)


def test_people_with_nothing_in_any_feature_have_a_cluster(spark):
    """With the cosine MLlib refuses points of zeros; our Euclidean distance takes them."""
    rows = [(f"p{n:03d}", n % 8, float(n % 3) * 4, float(n % 3 == 2) * 9) for n in range(90)]
    table = spark.createDataFrame(
        rows, "person_id string, bucket long, frequency double, hour_sin double"
    )
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    for settings in (Clusters(k=3), Clusters(k=3, fit="mllib")):
        fitted = fit(table.select("*", *others), 90, FEATURES, settings)
        assert fitted.kept.clusters_found == 3
        assert (0.0, 0.0) in {tuple(round(v, 9) for v in centre) for centre in fitted.centres}
    vectors = assembler(["frequency", "hour_sin"]).transform(table)
    with pytest.raises(Exception, match="zero-length vectors"):
        MLlibKMeans(featuresCol=VECTOR, k=3, distanceMeasure="cosine", seed=1).fit(vectors)


@pytest.mark.parametrize("k", [None, 5])
@pytest.mark.parametrize(
    ("count", "kinds", "verdict"),
    [
        (0, 1, "fewer than 20 people can be grouped, and a group has at least 10"),
        (1, 1, "fewer than 20 people can be grouped, and a group has at least 10"),
        (9, 3, "fewer than 20 people can be grouped, and a group has at least 10"),
        (12, 3, "fewer than 20 people can be grouped, and a group has at least 10"),
        (24, 1, "people do not differ in any feature"),
    ],
)
def test_people_of_whom_no_two_groups_can_be_made_are_one(spark, count, kinds, verdict, k):
    rows = [(f"p{n}", n % 8, float(n % kinds)) for n in range(count)]
    table = spark.createDataFrame(rows, "person_id string, bucket long, frequency double")
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    told = []
    fitted = fit(table.select("*", *others), count, FEATURES, Clusters(k=k), told.append)
    assert (len(fitted.centres), fitted.pipeline) == (1, None)
    assert (fitted.kept.clusters_found, fitted.kept.verdict) == (1, f"one group: {verdict}")
    assert fitted.kept.people_count == (count if count == 0 or count >= 10 else None)
    assert told == list(fitted.trials)
    if count < 10:  # a mean of fewer than ten people is not published
        assert fitted.preparation.columns == ()


def test_more_clusters_than_people_can_make_are_as_many_as_have_ten(features):
    fitted = fit(features, PEOPLE, FEATURES, Clusters(k=300, restarts=1))
    assert 3 <= fitted.kept.clusters_found <= 24
    assert fitted.kept.smallest_share >= 10 / PEOPLE
    assert fitted.kept.verdict.startswith("chosen: fewer than clusters.k (300)")


@pytest.mark.parametrize(("active_days", "is_grouped"), [(2.0, False), (3.0, True)])
def test_people_with_one_or_two_events_are_not_grouped_by_the_hour_of_day(
    spark, active_days, is_grouped
):
    turn = 2 * math.pi / 3  # they come around 0, 8 or 16 o'clock
    noise = np.random.default_rng(3).normal(size=(300, 3)).tolist()
    rows = [
        (
            f"p{n:03d}",
            n % 8,
            active_days,
            math.sin(n * turn) + 0.05 * a,
            math.cos(n * turn) + 0.05 * b,
            c,
        )
        for n, (a, b, c) in enumerate(noise)
    ]
    names = "active_days double, hour_sin double, hour_cos double, satisfaction double"
    table = spark.createDataFrame(rows, f"person_id string, bucket long, {names}")
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    fitted = fit(table.select("*", *others), 300, FEATURES, Clusters(k_max=4, restarts=1))
    assert (fitted.kept.clusters_found >= 3) == is_grouped
    assert ("hour_sin" in {c.feature for c in fitted.preparation.columns}) == is_grouped


def test_a_sample_is_the_same_people_in_the_same_order_however_they_arrived(features):
    one, other = (sample_of(p, PEOPLE, 100) for p in (features, features.repartition(5)))
    assert one.equals(other)
    assert 60 < one.num_rows < 140


def test_the_order_of_a_fit_is_in_partitions_that_follow_from_the_number_of_people(
    features, preparation
):
    ordered = in_fixed_order(to_prepared(features, preparation), 120_000)
    assert ordered.select(F.spark_partition_id().alias("p")).distinct().count() <= 3
    assert ordered.count() == PEOPLE


def test_people_are_grouped_by_features_of_the_settings_and_path_words_too(spark):
    random = np.random.default_rng(6)
    own = CustomFeature(name="exports", meaning="exports", unit="exports", aggregate="count")
    word = Vocabulary({"a -> it's": 20}, 100).features()
    names = ["exports", "a -> it's"]
    rows = [
        (
            f"p{n:03d}",
            n % 8,
            names,
            [float(9 * (n % 2) + random.normal()), float(5 * (n % 3 == 0) + random.normal())],
        )
        for n in range(300)
    ]
    schema = "person_id string, bucket long, own_names array<string>, own_values array<double>"
    table = spark.createDataFrame(rows, schema)
    fitted = fit(table, 300, (catalogued(own, 365), *word), Clusters(k=4))
    assert [c.feature for c in fitted.preparation.columns] == ["exports", "a -> it's"]
    found = fitted.pipeline.transform(table).toPandas()
    true = [(n % 2, n % 3 == 0) for n in range(300)]
    assert (
        adjusted_rand_score([str(t) for t in true], found.sort_values("person_id")["prediction"])
        > 0.9
    )
