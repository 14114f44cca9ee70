"""Too many robots stop a run."""

import pytest
from pyspark.sql import functions as F

from tests.support import shop
from tests.support.attempts import attempt, published


@pytest.mark.integration
def test_too_many_robots_stop_a_run_unless_they_are_let_in(cli, capsys, small_shop, spark):
    people = shop.rows(0, 5)
    robots = [r for r in shop.mess() if r["cookie"] == "robotic"]
    shop.write(small_shop / "in", "first.csv", people + robots)
    strict = ("--set", f"bots.most_share={len(robots) / (len(people) + len(robots)) - 0.0001}")
    code, output = attempt(cli, capsys, small_shop, *strict)
    assert (code, published(small_shop)) == (3, False)
    assert (
        f"{len(robots)} of {len(people) + len(robots)} events are of bots, "
        "more than bots.most_share" in output
    )
    assert (
        attempt(
            cli,
            capsys,
            small_shop,
            *strict,
            "--set",
            "bots.leave_out=false",
            command="build-sessions",
        )[0]
        == 0
    )
    sessions = spark.read.format("delta").load(str(small_shop / "warehouse" / "sessions"))
    assert sessions.agg(F.sum("event_count")).collect()[0][0] == len(people) + len(robots)
