"""What follows a publication, sooner or later."""

from desirelines import tables
from desirelines.errors import MachineError
from desirelines.stages import clusters
from tests.support.published import conf, path, read


def test_what_a_crash_left_between_two_commits_is_mended_by_the_next_command(
    spark, published_shop, cli, capsys
):
    table = path(published_shop, "segment_members")
    wanted = sorted(spark.read.format("delta").load(table).collect())
    first = min(
        r["run_id"]
        for r in read(spark, published_shop, tables.RUNS).filter("status = 'PUBLISHED'").collect()
    )
    old = spark.read.format("delta").option("versionAsOf", 1).load(table)
    assert {r["run_id"] for r in old.collect()} == {first}
    old.write.format("delta").mode("overwrite").save(table)
    assert cli("run", *conf(published_shop)) == 0
    assert sorted(spark.read.format("delta").load(table).collect()) == wanted


def test_a_champion_that_was_not_promoted_is_promoted_by_a_later_command(
    published_shop, spark, cli, capsys, monkeypatch
):
    """The registry is away when the run is published, and when the next command tries again."""

    def away(*_):
        raise MachineError("the registry is away")

    table = path(published_shop, "runs")
    spark.sql(
        f"DELETE FROM delta.`{table}` WHERE run_id = 'second' AND phase = 'after-publication'"
    )
    monkeypatch.setattr(clusters, "promote", away)
    for _ in range(2):
        capsys.readouterr()
        assert cli("run", *conf(published_shop)) == 0
        shown = capsys.readouterr().err
        assert "the champion stays as it was: the registry is away" in shown
        assert "did not follow: completed now" in shown
    monkeypatch.undo()
    for promises in (True, False):
        assert cli("run", *conf(published_shop)) == 0
        assert ("did not follow" in capsys.readouterr().err) is promises
