"""What follows a publication, sooner or later."""

from desirelines import tables
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
