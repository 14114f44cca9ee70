"""A run that is too far from the last published one is not published, unless someone says why."""

import json

import pytest

from desirelines import tables
from tests.support.published import conf, read


def ends(spark, folder):
    rows = read(spark, folder, tables.RUNS).filter("phase = 'publish'").collect()
    return sorted((r["recorded_at"], r["run_id"], r["status"], r["gates"]) for r in rows)


@pytest.mark.integration
def test_a_run_that_lost_most_people_is_refused_and_published_by_a_reason(
    spark, first_shop, cli, capsys
):
    """In a window of one day too little is known of most people."""
    before = ends(spark, first_shop)
    members = sorted(read(spark, first_shop, tables.SEGMENT_MEMBERS).collect())
    options = ("--set", "features.window_days=1", "--set", "publish.max_coverage_drop=0.1")
    capsys.readouterr()
    assert cli("run", *options, *conf(first_shop)) == 3
    said = capsys.readouterr().err
    assert "is too far from run" in said
    assert "(publish.max_coverage_drop: 0.1)" in said
    *_, (_, run_id, status, gates) = ends(spark, first_shop)
    assert status == "FAILED"
    failed = [c["name"] for c in json.loads(gates)["checks"] if c["is_passed"] is False]
    assert failed == ["max_size_change", "max_coverage_drop"]
    assert sorted(read(spark, first_shop, tables.SEGMENT_MEMBERS).collect()) == members

    why = ("--force-publish", "one day is meant")
    assert cli("publish", "--run-id", run_id, *why, *options, *conf(first_shop)) == 0
    *_, (_, published, status, gates) = ends(spark, first_shop)
    assert (published, status) == (run_id, "PUBLISHED")
    assert json.loads(gates)["forced"] == "one day is meant"
    assert len(ends(spark, first_shop)) == len(before) + 2
    now = read(spark, first_shop, tables.SEGMENT_MEMBERS)
    assert {row["run_id"] for row in now.select("run_id").distinct().collect()} == {run_id}


def test_a_reason_must_say_something(first_shop, cli, capsys):
    assert cli("publish", "--force-publish", "  ", *conf(first_shop)) == 2
    assert "--force-publish: give a reason" in capsys.readouterr().err


def test_the_checks_of_an_ordinary_run_are_in_the_ledger(spark, first_template):
    *_, (_, _, status, gates) = ends(spark, first_template)
    recorded = json.loads(gates)
    assert status == "PUBLISHED"
    assert recorded["people"] == recorded["with_primary"]
    assert {c["name"]: c["is_passed"] for c in recorded["checks"]} == dict.fromkeys(
        ("max_people_drop", "max_size_change", "max_psi", "min_agreement", "max_coverage_drop",
         "max_unknown_rise")
    )  # fmt: skip
