"""A second delivery: only what arrived is read, what changed is published, names stay."""

from pyspark.sql import functions as F

from desirelines import tables
from desirelines.clusters.fit import fit
from desirelines.history.membership_changes import to_members
from desirelines.stages import clusters as clusters_stage
from tests.support import shop
from tests.support.published import FIRST, SECOND, conf, deliver, read, result, segment_of_buyers


def test_a_second_day_reads_only_what_arrived_and_publishes_what_changed(
    spark, first_shop, cli, capsys, monkeypatch
):
    numbers = []
    monkeypatch.setattr(
        clusters_stage,
        "fit",
        lambda *given, **named: numbers.append(named["k_before"]) or fit(*given, **named),
    )
    first_members = (
        read(spark, first_shop, tables.SEGMENT_MEMBERS).select("person_id", "segment_id").collect()
    )
    buyers = segment_of_buyers(spark, first_shop)
    assert cli("rename", buyers, "Regular guests", *conf(first_shop)) == 0
    redelivered = shop.rows(*FIRST)[:5]
    deliver(spark, first_shop, shop.rows(*SECOND) + redelivered)
    capsys.readouterr()
    assert cli("run", *conf(first_shop)) == 0
    summary = result(capsys)
    assert summary["as_of"] == "2026-02-04"
    account = (
        read(spark, first_shop, tables.ROW_ACCOUNTS)
        .filter(F.col("run_id") == summary["run_id"])
        .collect()
    )
    assert {r["fate"]: r["row_count"] for r in account} == {
        "used": len(shop.rows(*SECOND)),
        "duplicate": 5,
    }
    whole = {(r["cookie"], r["at"][:10]) for r in shop.rows(FIRST[0], SECOND[1])}
    assert read(spark, first_shop, tables.SESSIONS).count() == len(whole)
    changes = read(spark, first_shop, tables.SEGMENT_CHANGES).filter(
        F.col("run_id") == summary["run_id"]
    )
    entered = {
        (r["person_id"], r["segment_id"]) for r in changes.filter("change = 'entered'").collect()
    }
    left = {(r["person_id"], r["segment_id"]) for r in changes.filter("change = 'left'").collect()}
    now = {
        (r["person_id"], r["segment_id"])
        for r in read(spark, first_shop, tables.SEGMENT_MEMBERS).collect()
    }
    assert now == ({tuple(r) for r in first_members} - left) | entered
    chain = spark.createDataFrame(
        [
            (
                read(spark, first_shop, tables.SEGMENT_CHANGES)
                .agg(F.min("run_id"))
                .collect()[0][0],
                1,
            ),
            (summary["run_id"], 2),
        ],
        "run_id string, place long",
    )
    replayed = to_members(
        read(spark, first_shop, tables.SEGMENT_CHANGES), chain, run_id=summary["run_id"]
    )
    fresh = ("computed_at", "data_through", "expires_at")  # of the publication, not of changes
    members = read(spark, first_shop, tables.SEGMENT_MEMBERS)
    assert sorted(replayed.drop(*fresh).collect()) == sorted(members.drop(*fresh).collect())
    clusters = {r["segment_id"] for r in first_members if r["segment_id"].startswith("c-")}
    assert numbers == [len(clusters)]  # the fit knows the number of the run before
    assert {s for _, s in now if s.startswith("c-")} == clusters, (
        "a refit keeps the ids of clusters that are the same people"
    )
    newest = read(spark, first_shop, tables.SEGMENT_DEFINITIONS).orderBy("version").collect()
    aliases = {r["segment_id"]: r["alias"] for r in newest}
    assert {s for s, alias in aliases.items() if alias} == {buyers}
    assert "Regular guests" in (first_shop / "report.html").read_text()
    assert cli("history", *conf(first_shop)) == 0
    runs = result(capsys)
    assert [r["status"] for r in runs] == ["PUBLISHED", "PUBLISHED"]
    assert runs[1]["base_run_id"] == runs[0]["run_id"]
    assert (first_shop / "report.html").read_text().count("<svg") > 3
