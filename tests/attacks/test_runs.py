"""Ended runs: no command, retry or odd name changes what was published."""

import json

import pytest

from desirelines import tables
from desirelines.io.tables.ledger import AFTER_PUBLICATION
from tests.support import laws, published, shop

pytestmark = pytest.mark.integration

STAGES = (
    "ingest-events", "resolve-identities", "build-sessions", "build-features", "fit-clusters",
    "assign-segments", "build-paths", "publish",
)  # fmt: skip
HOSTILE = (
    "x' OR run_id != 'x", "none", "None", "", " ", "a b", "a:1", "../up", "-run", ".hidden", "a/b",
    "a\n", "a'", 'a"', "a`", "a\\", "a;DROP TABLE runs", "r\u202eun", "ü", "a" * 65,
)  # fmt: skip


@pytest.fixture(scope="module")
def standing(published_template, tmp_path_factory):
    """One published shop for all attacks that must change nothing."""
    folder = tmp_path_factory.mktemp("standing") / "shop"
    published.copy_to(published_template, folder)
    return folder


@pytest.fixture
def unchanged(standing):
    """Fails where a table has another version after the test."""
    before = laws.versions_of(standing)
    yield standing
    assert laws.versions_of(standing) == before


def conf(folder):
    return ("--conf", str(folder / "conf.yaml"), "--format", "json")


@pytest.mark.parametrize("command", [*STAGES, "run", "assign", "requeue", "rebuild"])
def test_a_published_run_is_closed_for_every_command(command, unchanged, cli, capsys):
    for run_id in ("first", "second"):
        assert cli(command, "--run-id", run_id, *conf(unchanged)) == 2
        assert f"run {run_id} was published" in capsys.readouterr().err


@pytest.mark.parametrize("run_id", HOSTILE)
def test_a_run_is_not_called_by_an_odd_name(run_id, unchanged, cli, capsys):
    for command in ("fit-clusters", "run", "history"):
        assert cli(command, f"--run-id={run_id}", *conf(unchanged)) == 2
        assert "--run-id" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("as_of", "why"),
    [
        ("9999-12-31", "lies beyond the data"),
        (
            "2026-02-05",
            "lies beyond the data",
        ),  # events end on 3 February, so 4 February is the latest
        ("0001-01-01", "nothing lies before this date"),
    ],
)
def test_a_date_outside_the_data_is_refused(as_of, why, unchanged, cli, capsys):
    for command in ("run", "assign", "build-features"):
        assert cli(command, "--as-of", as_of, *conf(unchanged)) == 2
        assert why in capsys.readouterr().err


def test_a_run_without_its_stages_is_not_published_and_a_retry_finds_it_so(
    published_shop, spark, cli, capsys
):
    before = laws.check(spark, published_shop)
    for command in ("fit-clusters", "assign-segments"):
        assert cli(command, "--run-id", "c1", "--as-of", "2026-02-04", *conf(published_shop)) == 0
    for _ in range(2):
        assert cli("publish", "--run-id", "c1", *conf(published_shop)) == 3
        output = capsys.readouterr().err
        assert "resolve-identities was not done; build-sessions was not done" in output
        assert "build-paths was not done" in output
    laws.check(spark, published_shop, before)
    assert [r["run_id"] for r in laws.chain(spark, published_shop)] == ["first", "second"]


def test_a_forced_date_beyond_the_data_is_no_base_for_later_runs(
    published_shop, spark, cli, capsys
):
    before = laws.check(spark, published_shop)
    members = laws.rows_of(spark, published_shop, tables.SEGMENT_MEMBERS)
    capsys.readouterr()
    assert (
        cli(
            "assign", "--as-of", "2026-12-24", "--force", "--run-id", "ahead", *conf(published_shop)
        )
        == 0
    )
    summary = json.loads(capsys.readouterr().out)
    assert (summary["status"], summary["changed"]) == ("BACKFILLED", True)
    assert sorted(map(str, laws.rows_of(spark, published_shop, tables.SEGMENT_MEMBERS))) == sorted(
        map(str, members)
    )
    assert cli("assign", "--as-of", "2026-12-24", "--force", *conf(published_shop)) == 0
    assert json.loads(capsys.readouterr().out)["changed"] is False, (
        "the same once more is nothing new"
    )
    history = laws.check(spark, published_shop, before)
    published.deliver(spark, published_shop, shop.rows(*published.THIRD))
    assert cli("assign", "--run-id", "third", *conf(published_shop)) == 0
    laws.check(spark, published_shop, history)
    assert [r["run_id"] for r in laws.chain(spark, published_shop)] == ["first", "second", "third"]


def test_what_a_crash_after_publication_left_undone_is_done_by_the_next_run_which_says_so(
    published_shop, spark, cli, capsys
):
    """As after a kill right after the publishing commit.

    No state of what follows, the members of the run before, no report.
    """
    place = published_shop / "warehouse"
    report = (published_shop / "report.html").read_text()
    (published_shop / "report.html").unlink()
    spark.sql(
        f"DELETE FROM delta.`{place / 'runs'}` WHERE phase = '{AFTER_PUBLICATION}' "
        "AND run_id = 'second'"
    )
    members = spark.read.format("delta").load(str(place / "segment_members")).collect()
    old = spark.read.format("delta").option("versionAsOf", 1).load(str(place / "segment_members"))
    assert {r["run_id"] for r in old.collect()} == {"first"}
    old.write.format("delta").mode("overwrite").save(str(place / "segment_members"))
    capsys.readouterr()
    assert cli("run", *conf(published_shop)) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["changed"] is False
    assert (
        "run second was published, but segment_members and champion and report "
        "did not follow: completed now" in shown.err
    )
    assert sorted(
        spark.read.format("delta").load(str(place / "segment_members")).collect()
    ) == sorted(members)
    assert len((published_shop / "report.html").read_text()) == len(report)
    assert cli("run", *conf(published_shop)) == 0
    assert "did not follow" not in capsys.readouterr().err, "once is enough"


def test_every_command_ends_on_a_chain_that_is_a_circle(published_shop, spark, cli, capsys):
    """What `publish` with a published run's id used to leave: a run that follows its follower."""
    place = published_shop / "warehouse" / "runs"
    runs = spark.read.format("delta").load(str(place))
    again = runs.filter("status = 'PUBLISHED' AND run_id = 'first'").collect()[0].asDict()
    again |= {
        "base_run_id": "second",
        "attempt": 2,
        "recorded_at": runs.agg({"recorded_at": "max"}).collect()[0][0],
    }
    spark.createDataFrame([again], runs.schema).write.format("delta").mode("append").save(
        str(place)
    )
    capsys.readouterr()
    assert cli("history", *conf(published_shop)) == 0
    assert {r["run_id"] for r in json.loads(capsys.readouterr().out)} == {"first", "second"}
    assert cli("plan", *conf(published_shop)) == 0
    assert json.loads(capsys.readouterr().out)["base_run_id"] == "second"
    person = laws.rows_of(spark, published_shop, tables.SEGMENT_MEMBERS)[0]["person_id"]
    assert cli("why", person, *conf(published_shop)) == 0
    before = laws.versions_of(published_shop)
    for command in ("run", "publish", "ingest-events"):
        assert cli(command, *conf(published_shop)) == 3
        assert (
            "run first is published twice, after none and after second" in capsys.readouterr().err
        )
    assert laws.versions_of(published_shop) == before
