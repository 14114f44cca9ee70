"""Preparing, fitting and applying: scans and MLlib agree on every machine; and MLlib's traps."""

import math
import statistics

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.clustering import KMeans as MLlibKMeans
from pyspark.sql import functions as F
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from desirelines.catalogue import FEATURES
from desirelines.clusters.assign import to_assigned
from desirelines.clusters.fit import fit, in_fixed_order, points_of, sample_of
from desirelines.clusters.lloyd import lloyd, to_points
from desirelines.clusters.mllib import VECTOR, assembler, fit_by_mllib, model_of
from desirelines.clusters.preprocessing import (
    Preparation,
    fit_preparation,
    shares_within,
    to_prepared,
)
from desirelines.errors import GateError
from desirelines.features.custom import catalogued
from desirelines.features.path_tfidf import Vocabulary
from desirelines.settings.features import CustomFeature
from desirelines.settings.model import Clusters
from tests.support.groups import planted

PEOPLE = 240


def plain(value):
    """A numpy number as a Python number."""
    return value.item() if isinstance(value, np.generic) else value


def recency(n):
    return (0, 20.0, 2.0)[n % 3] + (n % 4) * 0.1


@pytest.fixture(scope="module")
def features(spark):
    """Three kinds of people who differ in how often they order and come; a third never ordered."""
    random, rows = np.random.default_rng(12), []
    for n in range(PEOPLE):
        frequency, visits = ((1.0, 9.0), (4.0, 1.0), (20.0, 5.0))[n % 3]
        noise = random.normal(size=4) * (0.1, 0.2, 1.0, 1.0)
        known = None if n % 3 == 0 else recency(n)
        rows.append(
            (f"p{n:03d}", n % 8, frequency + noise[0], visits + noise[1], known, noise[2], noise[3])
        )
    names = (
        "person_id string, bucket long, frequency double, sessions_per_week double, "
        "recency_days double, hour_sin double, hour_cos double"
    )
    table = spark.createDataFrame([tuple(map(plain, row)) for row in rows], names)
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    return table.select("*", *others).localCheckpoint()


@pytest.fixture(scope="module")
def preparation(features):
    return fit_preparation(sample_of(features, PEOPLE, PEOPLE), FEATURES, {})


@pytest.fixture(scope="module")
def planted_people(spark):
    """Points of known groups as prepared people, and the points."""
    points, k = planted(6)
    rows = [(f"p{n:05d}", n % 8, *map(float, p)) for n, p in enumerate(points)]
    columns = [f"p_{n}" for n in range(points.shape[1])]
    schema = "person_id string, bucket long, " + ", ".join(f"{c} double" for c in columns)
    return spark.createDataFrame(rows, schema), columns, points, k


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
    assert fitted.kept.verdict.startswith("no structure")
    mean = np.mean(
        [[r[n] for n in ("hour_sin", "hour_cos", "satisfaction")] for r in table.collect()], axis=0
    )
    assert (
        np.sign(fitted.centres[0]).tolist() == np.sign([mean[2], mean[0], mean[1]]).tolist()
    )  # in the catalogue's order


def test_a_model_applied_from_its_rows_is_the_saved_pipeline_s_model(features, tmp_path):
    fitted = fit(features, PEOPLE, FEATURES, Clusters(k=4, restarts=1))
    stored = Preparation.from_json(fitted.preparation.to_json())
    ours = {
        r["person_id"]: r
        for r in to_assigned(features, stored, dict(enumerate(fitted.centres))).collect()
    }
    fitted.pipeline.write().overwrite().save(str(tmp_path / "model"))
    again = PipelineModel.load(str(tmp_path / "model"))
    theirs = {r["person_id"]: r["prediction"] for r in again.transform(features).collect()}
    assert {p: r["cluster"] for p, r in ours.items()} == theirs
    assert sum(r["distance"] ** 2 for r in ours.values()) == pytest.approx(
        fitted.kept.cost, rel=1e-6
    )
    assert all(r["second_distance"] >= r["distance"] for r in ours.values())


def test_a_missing_value_is_the_median_and_says_that_it_is_missing(preparation):
    columns = {(c.feature, c.is_indicator): c for c in preparation.columns}
    assert set(columns) == {
        ("recency_days", False), ("recency_days", True), ("frequency", False),
        ("sessions_per_week", False), ("hour_sin", False), ("hour_cos", False),
    }  # fmt: skip
    known = [recency(n) for n in range(PEOPLE) if n % 3]
    assert columns["recency_days", False].median == pytest.approx(
        statistics.median(math.log1p(v) for v in known)
    )


def test_a_few_people_of_whom_something_is_missing_are_no_group_of_their_own(spark):
    noise = np.random.default_rng(6).normal(size=(600, 5)).tolist()
    rows = [
        (
            f"p{n:03d}",
            n % 8,
            math.exp(n % 2 + 0.1 * a),
            n % 2 + 0.1 * b,
            None if n % 33 == 0 else 7 + c,
            d,
            e,
        )
        for n, (a, b, c, d, e) in enumerate(
            noise
        )  # two groups by the first two numbers; of 19 people the third is missing
    ]
    names = (
        "frequency double, hour_sin double, satisfaction double, hour_cos double, "
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


def test_outliers_are_moved_in_equal_columns_left_out_and_a_family_can_be_weighed_down(spark):
    random = np.random.default_rng(1)
    days = random.integers(1, 50, 1_000).astype(float)
    days[0] = 1e9
    noise = random.normal(size=1_000)
    rows = [
        (f"p{n}", n % 8, float(d), float(2 * d), float(x), 5.0)
        for n, (d, x) in enumerate(zip(days, noise, strict=True))
    ]
    names = (
        "person_id string, bucket long, active_days double, sessions_per_week double, "
        "hour_sin double, hour_cos double"
    )
    table = spark.createDataFrame(rows, names)
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    sample = sample_of(table.select("*", *others), 1_000, 1_000)
    kept = {c.feature: c for c in fit_preparation(sample, FEATURES, {}).columns}
    assert set(kept) == {
        "sessions_per_week",
        "hour_sin",
    }  # active_days says the same, hour_cos never varies
    assert kept["sessions_per_week"].high < math.log1p(2 * 50)
    weighed = {
        c.feature: c.weight for c in fit_preparation(sample, FEATURES, {"rhythm": 0.5}).columns
    }
    ratio = weighed["hour_sin"] / weighed["sessions_per_week"]
    assert ratio < 0.8 * kept["hour_sin"].weight / kept["sessions_per_week"].weight
    assert {c.feature for c in fit_preparation(sample, FEATURES, {"rhythm": 0.0}).columns} == {
        "sessions_per_week"
    }


def test_a_column_that_groups_differ_in_varies_little_within_small_groups_and_noise_does():
    random = np.random.default_rng(2)
    group = random.integers(0, 3, 600)
    telling = np.column_stack(
        [group + random.normal(size=600) * 0.1, group * 2 + random.normal(size=600) * 0.2]
    )
    points = np.column_stack([telling, random.normal(size=(600, 6))])
    scaled = points / points.std(axis=0)
    shares = shares_within(scaled, scaled)
    assert max(shares[:2]) < 0.15
    assert min(shares[2:]) > 2 * max(shares[:2])


def test_scans_are_scikit_learn_s_iterations_from_the_same_start(planted_people):
    people, columns, points, k = planted_people
    start = points[:: len(points) // k][:k].copy()
    oracle = KMeans(n_clusters=k, init=start, n_init=1, tol=1e-4, max_iter=300).fit(points)
    kept = to_points(in_fixed_order(people, len(points)), len(points), columns)
    got = lloyd(kept, start, max_iterations=300)
    assert got.cost == pytest.approx(oracle.inertia_, rel=1e-3)
    assert sum(got.sizes) == len(points)
    at_its_end = lloyd(kept, oracle.cluster_centers_, max_iterations=0)
    assert at_its_end.cost == pytest.approx(oracle.inertia_, rel=1e-9)
    assert at_its_end.sizes == tuple(np.bincount(oracle.labels_, minlength=k).tolist())


def test_scans_are_the_same_to_the_bit_however_the_people_arrived(planted_people):
    people, columns, points, k = planted_people
    start = points[:k].copy()
    fits = [
        lloyd(
            to_points(in_fixed_order(p, 120_000), len(points), columns, most_held=most),
            start,
            max_iterations=20,
        )
        for p in (
            people,
            people.repartition(7).orderBy(F.col("person_id").desc()),
        )  # in three partitions
        for most in (0, 2**30)  # where the people are, and here
    ]
    assert len({fit.centres.tobytes() for fit in fits}) == 1
    assert len({fit.cost for fit in fits}) == 1


def test_mllib_s_own_fit_and_the_scans_agree_and_neither_is_worse_than_scikit_learn(planted_people):
    people, columns, points, k = planted_people
    kept = in_fixed_order(people, len(points)).localCheckpoint()
    model, _ = fit_by_mllib(kept, columns, k, "kmeans", seeds=range(1, 7), most_iterations=50)
    best = KMeans(n_clusters=k, n_init=6, random_state=1).fit(points)
    scanned = lloyd(to_points(kept, len(points), columns), best.cluster_centers_, max_iterations=50)
    assert model.summary.trainingCost == pytest.approx(best.inertia_, rel=0.01)
    assert scanned.cost == pytest.approx(best.inertia_, rel=0.01)

    def nearest(centres):
        return np.argmin(((points[:, None] - np.array(centres)[None]) ** 2).sum(axis=2), axis=1)

    assert adjusted_rand_score(nearest(model.clusterCenters()), nearest(scanned.centres)) > 0.99


def test_a_model_of_centres_has_exactly_these_centres(planted_people):
    people, columns, points, k = planted_people
    model = model_of(people, columns, points[:k].tolist())
    assert sorted(map(tuple, model.clusterCenters())) == sorted(map(tuple, points[:k]))


def test_the_clusters_of_the_run_before_stay_and_the_trials_say_why(features):
    """Three kinds of people: evidence of 0.711 for three clusters, and 0.701 ± error for four."""
    settings = Clusters(k_max=4, restarts=1, least_stability=0)
    fitted = fit(features, PEOPLE, FEATURES, settings, k_before=4)
    assert {t.k: t.verdict for t in fitted.trials if not t.is_kept and t.k > 2} == {
        3: "not enough extra evidence to give up the 4 clusters of the previous run",
        4: "fitted on everybody",
    }
    assert (fitted.kept.k, fitted.kept.clusters_found) == (4, 4)


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


def test_too_few_people_are_refused_with_the_reason(features):
    with pytest.raises(GateError, match="240 people cannot make 300 clusters"):
        fit(features, PEOPLE, FEATURES, Clusters(k=300))


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


def test_prepared_numbers_are_never_null_and_their_sql_says_the_same_as_numpy(
    features, preparation
):
    points = points_of(sample_of(to_prepared(features, preparation), PEOPLE, PEOPLE), preparation)
    assert points.shape == (PEOPLE, len(preparation.columns))
    assert np.isfinite(points).all()
    raw = sample_of(features, PEOPLE, PEOPLE).column("frequency").to_numpy()
    column = next(c for c in preparation.columns if c.feature == "frequency")
    expected = np.clip(np.log1p(raw), column.low, column.high) / column.spread * column.weight
    assert points[:, preparation.names.index("p_frequency")] == pytest.approx(expected, rel=1e-12)


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
