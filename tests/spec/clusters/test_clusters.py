"""Preparing, fitting and applying: MLlib's fit, and the same model applied from stored rows."""

import pytest
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import fit, in_fixed_order
from desirelines.clusters.prepare import VECTOR, Preparation, fit_preparation, to_prepared
from desirelines.clusters.score import to_assigned
from desirelines.errors import GateError
from desirelines.io.tracking import log_fit
from desirelines.settings.model import Clusters, Tracking

PEOPLE = 90


def recency(n):
    return (0, 20.0, 2.0)[n % 3] + (n % 4) * 0.1


@pytest.fixture(scope="module")
def features(spark):
    """Three kinds of people, told apart by how often they order and come; a third never ordered."""
    rows = []
    for n in range(PEOPLE):
        kind = n % 3
        frequency, visits = ((0, 1), (4, 2), (20, 9))[kind]
        rows.append(
            (f"p{n:02d}", n % 8, frequency + (n % 5) * 0.1, visits + (n % 7) * 0.05, None if kind == 0 else recency(n))
        )
    table = spark.createDataFrame(
        rows, "person_id string, bucket long, frequency double, sessions_per_week double, recency_days double"
    )
    others = [F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns]
    return table.select("*", *others).localCheckpoint()


@pytest.mark.parametrize("algorithm", ["kmeans", "bisecting_kmeans"])
def test_both_algorithms_find_three_kinds_of_people_by_themselves(features, algorithm):
    people = to_prepared(features, fit_preparation(features))
    fitted = fit(people, PEOPLE, Clusters(algorithm=algorithm, k_max=5, restarts=1))
    assert fitted.chosen.k == 3
    found = {r["prediction"] for n in range(3) for r in fitted.model.transform(people).filter(f"cast(substr(person_id, 2) as int) % 3 = {n}").select("prediction").distinct().collect()}  # fmt: skip
    assert len(found) == 3
    assert [t.k for t in fitted.trials] == [2, 3, 4, 5, 3]


def test_a_model_applied_from_its_rows_is_mllibs_model(features):
    preparation = fit_preparation(features)
    people = to_prepared(features, preparation)
    fitted = fit(people, PEOPLE, Clusters(k=4, restarts=1))
    stored = Preparation.from_json(preparation.to_json())
    ours = {r["person_id"]: r for r in to_assigned(features, stored, dict(enumerate(fitted.centres))).collect()}
    theirs = {r["person_id"]: r["prediction"] for r in fitted.model.transform(people).collect()}
    assert {p: r["cluster"] for p, r in ours.items()} == theirs
    cost = sum(r["distance"] ** 2 for r in ours.values())
    assert cost == pytest.approx(fitted.chosen.cost, rel=1e-6)
    assert all(r["second_distance"] >= r["distance"] for r in ours.values())


def test_a_missing_value_is_the_median_and_says_that_it_is_missing(features):
    columns = {(c.feature, c.is_indicator): c for c in fit_preparation(features).columns}
    assert set(columns) == {
        ("recency_days", False),
        ("recency_days", True),
        ("frequency", False),
        ("sessions_per_week", False),
    }
    known = [recency(n) for n in range(PEOPLE) if n % 3]
    assert columns["recency_days", False].median == pytest.approx(median_of_log(known))


def median_of_log(values):
    import math
    import statistics

    return statistics.median(math.log1p(v) for v in values)


def test_the_fit_does_not_depend_on_how_the_people_arrived(features):
    preparation = fit_preparation(features)
    settings = Clusters(k=4, restarts=1)
    one = fit(to_prepared(features, preparation), PEOPLE, settings)
    other = fit(to_prepared(features.repartition(7).orderBy(F.col("person_id").desc()), preparation), PEOPLE, settings)
    assert one.centres == other.centres


def test_too_few_people_and_too_small_clusters_are_refused_with_the_reason(features):
    people = to_prepared(features, fit_preparation(features))
    with pytest.raises(GateError, match="90 people cannot make 200 clusters"):
        fit(people, PEOPLE, Clusters(k=200))
    with pytest.raises(GateError, match=r"no k from 2 to 3 is good enough \(k = 2: the smallest cluster"):
        fit(people, PEOPLE, Clusters(k_max=3, smallest_share=0.6, restarts=1))


def test_the_order_of_a_fit_is_kept_in_partitions_that_follow_from_the_number_of_people(features):
    people = to_prepared(features, fit_preparation(features))
    kept = in_fixed_order(people, 120_000)
    assert kept.select(F.spark_partition_id().alias("p")).distinct().count() <= 3
    assert kept.select(VECTOR).count() == PEOPLE


def test_a_fit_is_logged_to_mlflow_beside_the_tables(tmp_path):
    import mlflow

    folder = tmp_path / "_mlflow"
    run_id = log_fit(
        Tracking(), str(folder), run_name="r1", params={"k": 3}, metrics={"silhouette": 0.5}, curve=[(2, 0.1), (3, 0.5)],
        texts={"centres.json": "[]"}, save_model=lambda target: (tmp_path / "saved").write_text(target),
    )  # fmt: skip
    run = mlflow.MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}").get_run(run_id)
    assert (run.data.params, run.data.metrics["silhouette"]) == ({"k": "3"}, 0.5)
    assert (folder / "artifacts" / run_id / "artifacts" / "centres.json").is_file()
    assert (tmp_path / "saved").read_text() == str(folder / "artifacts" / run_id / "artifacts" / "model")
    assert (
        log_fit(
            Tracking(enabled=False),
            "",
            run_name="",
            params={},
            metrics={},
            curve=[],
            texts={},
            save_model=lambda _: None,
        )
        is None
    )
