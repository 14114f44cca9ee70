"""An older run's members are published again, as a new run."""

from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import keyed_digest, secret_pads
from desirelines.io.tables.store import Warehouse
from desirelines.operations.erase import received
from desirelines.settings import read_settings
from tests.support.laws import folded
from tests.support.published import conf, read, result


def members_of(spark, folder):
    rows = read(spark, folder, tables.SEGMENT_MEMBERS).collect()
    return {(r["person_id"], r["segment_id"]): r["is_primary"] for r in rows}


def changes_up_to(spark, folder, *run_ids):
    rows = read(spark, folder, tables.SEGMENT_CHANGES).collect()
    return folded([row.asDict() for row in rows], list(run_ids))


def suppress(spark, folder, person, secret):
    pads = secret_pads(spark, secret)
    keys = read(spark, folder, tables.IDENTITY_MAP).filter(F.col("person_id") == person)
    tokens = (
        keys.select(F.col("key"))
        .crossJoin(pads)
        .select(
            keyed_digest(F.col("key")).alias("token"),
            F.lit(True).alias("is_suppressed"),
            F.lit(datetime(2026, 1, 1, tzinfo=UTC)).alias("active_from"),
        )
    )
    settings = read_settings((folder / "conf.yaml",), ()).warehouse
    Warehouse(spark, settings).append(tokens, tables.SUPPRESSIONS)


@pytest.mark.integration
def test_the_members_of_the_first_run_are_published_again(
    spark, published_shop, cli, capsys, secret_files
):
    assert cli("run", "--set", "segments.rules=[lapsed]", *conf(published_shop)) == 0
    third = result(capsys)["run_id"]
    then = changes_up_to(spark, published_shop, "first")
    someone = min(person for person, _ in then)
    suppress(spark, published_shop, someone, secret_files["suppression"].read_bytes().strip())
    assert {segment for _, segment in then} - {
        segment for _, segment in members_of(spark, published_shop)
    } == {"new_buyer", "cart_abandoner"}
    assert cli("rollback", "first", *conf(published_shop)) == 0
    done = result(capsys)
    assert (done["restores"], done["replaces"]) == ("first", third)
    assert (done["people"], done["people_then"]) == (59, 60)
    expected = {key: main for key, main in then.items() if key[0] != someone}
    assert members_of(spark, published_shop) == expected
    chain = ("first", "second", third, done["run_id"])
    assert changes_up_to(spark, published_shop, *chain) == expected

    assert cli("history", *conf(published_shop)) == 0
    *_, newest = result(capsys)
    assert (newest["run_id"], newest["restores"], newest["as_of"]) == (
        done["run_id"], "first", "2026-02-04",
    )  # fmt: skip
    assert cli("check", *conf(published_shop)) == 3  # rows of the suppressed one are still there
    bad = [finding["what"] for finding in result(capsys) if not finding["is_ok"]]
    assert bad == ["erased people"]
    # Members, conditions and cohorts are explained by the run that computed them.
    new_buyers = sorted(person for person, segment in expected if segment == "new_buyer")
    assert cli("why", new_buyers[0], "--segment", "new_buyer", *conf(published_shop)) == 0
    rule = result(capsys)
    assert (rule["is_member"], rule["conditions"][0]["answer"]) == (True, "true")
    assert cli("segment", "attrition", "new_buyer", *conf(published_shop)) == 0
    assert result(capsys)["members"] == sum(s == "new_buyer" for _, s in then)
    freeze = ("segment", "freeze", "new_buyer", "--name", "then")
    assert cli(*freeze, *conf(published_shop)) == 0
    frozen = read(spark, published_shop, tables.COHORT_MEMBERS).filter("rule_true IS NOT NULL")
    assert sorted(row["person_id"] for row in frozen.collect()) == new_buyers
    capsys.readouterr()
    assert cli("report", *conf(published_shop)) == 0
    assert result(capsys)["run_id"] == "first"  # the page of what is published again


@pytest.mark.integration
def test_who_asked_to_be_erased_is_not_published_again(
    spark, published_shop, cli, capsys, tmp_path, secret_files
):
    sets = [f"erasure.inbox={tmp_path / 'inbox'}"]
    secrets = [f"secrets.{name}_file={file}" for name, file in secret_files.items()]
    settings = read_settings([published_shop / "conf.yaml"], [*sets, *secrets])
    case = received(settings, [("user", "user3")], 1, datetime.now(UTC))
    assert cli("rollback", "first", "--set", *sets, *conf(published_shop)) == 0
    done = result(capsys)
    assert (done["people"], done["people_then"]) == (59, 60)
    for table in (tables.SEGMENT_MEMBERS, tables.SEGMENT_CHANGES, tables.IDENTITY_MAP):
        rows = [str(row) for row in read(spark, published_shop, table).collect()]
        assert not [row for row in rows for key in case.keys if key in row], table.name


def test_only_an_older_published_run_can_be_rolled_back_to(spark, published_shop, cli, capsys):
    before = members_of(spark, published_shop)
    assert cli("rollback", "second", *conf(published_shop)) == 2
    assert "is the newest published one: there is nothing to do" in capsys.readouterr().err
    assert cli("rollback", "fist", *conf(published_shop)) == 2
    assert "there is no published run 'fist' (did you mean 'first'?)" in capsys.readouterr().err
    assert members_of(spark, published_shop) == before
