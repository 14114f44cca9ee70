"""What a run is published as."""

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from tests.support.published import conf, read, result


@pytest.mark.integration
def test_an_older_as_of_is_a_backfill_outside_the_chain(spark, published_shop, cli, capsys):
    members = read(spark, published_shop, tables.SEGMENT_MEMBERS).collect()
    capsys.readouterr()
    assert cli("run", "--as-of", "2026-01-20", *conf(published_shop)) == 0
    summary = result(capsys)
    features = read(spark, published_shop, tables.FEATURES).filter("as_of = '2026-01-20'")
    assert features.agg(F.max("last_order_at") < F.lit("2026-01-20").cast("timestamp")).collect()[
        0
    ][0]
    assert sorted(read(spark, published_shop, tables.SEGMENT_MEMBERS).collect()) == sorted(members)
    assert cli("history", *conf(published_shop)) == 0
    runs = result(capsys)
    assert [(r["status"], r["base_run_id"]) for r in runs][2:] == [("BACKFILLED", "none")]
    assert cli("history", "--run-id", summary["run_id"], *conf(published_shop)) == 0
    # the page is of the window: events after it are not its newest
    page = (published_shop / "report.html").read_text()
    assert "As of 20 January 2026" in page
    assert "Newest event: 2026-01-19." in page
    assert cli("history", "--run-id", "nonsense", *conf(published_shop)) == 2
