"""Clusters of a whole shop, and the model that a run takes over."""

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.support import shop
from tests.support.attempts import attempt, published
from tests.support.crash import dying_before
from tests.support.published import conf, read, result
from tests.support.report import text_of


def test_three_kinds_of_people_are_three_clusters(spark, first_template, secret_files):
    secret = secret_files["data"].read_bytes().strip()
    people = {
        r["key"]: r["person_id"] for r in read(spark, first_template, tables.IDENTITY_MAP).collect()
    }
    members = read(spark, first_template, tables.SEGMENT_MEMBERS).filter("is_primary").collect()
    cluster = {r["person_id"]: r["segment_id"] for r in members}
    kinds = [
        {cluster[people[key_of(secret, "user", f"user{p}")]] for p in range(k, shop.PEOPLE, 3)}
        for k in range(3)
    ]
    assert [len(k) for k in kinds] == [1, 1, 1]
    assert len(set.union(*kinds)) == 3


@pytest.mark.integration
def test_assign_scores_by_the_published_model_and_keeps_why(spark, published_shop, cli, capsys):
    published = max(
        r["run_id"]
        for r in read(spark, published_shop, tables.RUNS).filter("status = 'PUBLISHED'").collect()
    )
    models = read(spark, published_shop, tables.CLUSTER_MODELS)
    fitted = models.filter(F.col("run_id") == published).orderBy("cluster").collect()
    definitions = read(spark, published_shop, tables.SEGMENT_DEFINITIONS).count()
    capsys.readouterr()
    assert (
        cli("assign", "--set", "clusters.seed=8", *conf(published_shop)) == 0
    )  # a setting of fits makes it a run of its own
    run_id = result(capsys)["run_id"]
    taken = (
        read(spark, published_shop, tables.CLUSTER_MODELS)
        .filter(F.col("run_id") == run_id)
        .orderBy("cluster")
        .collect()
    )
    assert [r.asDict() | {"run_id": published} for r in taken] == [r.asDict() for r in fitted]
    assert {r["model_version"] for r in taken} == {published}
    assert read(spark, published_shop, tables.SEGMENT_DEFINITIONS).count() == definitions
    assert (
        read(spark, published_shop, tables.CLUSTER_TRIALS)
        .filter(F.col("run_id") == run_id)
        .isEmpty()
    )
    members = (
        read(spark, published_shop, tables.SEGMENT_MEMBERS)
        .filter("is_primary")
        .select("person_id", "segment_id")
        .collect()
    )
    evidence = (
        read(spark, published_shop, tables.SEGMENT_EVIDENCE)
        .filter(F.col("run_id") == run_id)
        .collect()
    )
    assert sorted(map(tuple, members)) == sorted(
        (r["person_id"], r["segment_id"]) for r in evidence
    )
    assert all(
        r["distance"] <= r["second_distance"] and r["segment_id"] != r["second_segment_id"]
        for r in evidence
    )
    assert (
        read(spark, published_shop, tables.SEGMENT_EVIDENCE).select("run_id").distinct().count()
        == 3
    )


@pytest.mark.integration
def test_a_fit_that_died_is_tried_again_and_reads_nothing_twice(cli, capsys, small_shop, spark):
    with dying_before(tables.CLUSTER_TRIALS):
        assert attempt(cli, capsys, small_shop)[0] == 1
    assert not published(small_shop)
    assert attempt(cli, capsys, small_shop)[0] == 0
    assert published(small_shop)
    assert spark.read.format("delta").load(str(small_shop / "warehouse" / "events")).count() == len(
        shop.rows(0, 5)
    )


@pytest.mark.integration
def test_a_warehouse_of_one_person_is_published_and_grows(cli, capsys, spark, tmp_path):
    """One person is one group without numbers; sixty are in groups of ten or more."""
    shop.configure(tmp_path)
    one = [r for r in shop.rows(0, 4) if r["cookie"] == "cookie0"]
    shop.write(tmp_path / "in", "first.csv", one)
    assert attempt(cli, capsys, tmp_path)[0] == 0
    sizes = read(spark, tmp_path, tables.SEGMENT_SIZES).filter("segment_id LIKE 'c-%'").collect()
    assert [r["people_count"] for r in sizes] == [None]
    names = {
        r["name"]
        for r in read(spark, tmp_path, tables.SEGMENT_DEFINITIONS)
        .filter("kind = 'cluster'")
        .collect()
    }
    assert names == {"everybody with enough data"}
    page = text_of((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "Fewer than 10 people are known, too few to say anything about them." in page
    assert "Everybody is in the one group that there is" in page
    assert "more segment" not in page
    assert "No groups were looked for: fewer than 20 people can be grouped" in page
    assert "average (" not in page
    assert attempt(cli, capsys, tmp_path, "--set", "clusters.seed=8", command="assign")[0] == 0
    shop.write(tmp_path / "in", "second.csv", [r for r in shop.rows(0, 6) if r not in one])
    assert attempt(cli, capsys, tmp_path)[0] == 0
    members = read(spark, tmp_path, tables.SEGMENT_MEMBERS).filter("is_primary")
    groups = members.groupBy("segment_id").count().collect()
    assert sum(r["count"] for r in groups) == shop.PEOPLE
    assert min(r["count"] for r in groups) >= 10
