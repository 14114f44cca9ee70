"""Bad input gives one clear line and its exit code, and nothing is published."""

import pytest
from pyspark.sql import functions as F

from tests.support import shop


@pytest.fixture
def folder(tmp_path):
    shop.configure(tmp_path)
    shop.write(tmp_path / "in", "first.csv", shop.rows(0, 5))
    return tmp_path


def attempt(cli, capsys, folder, *arguments, command="run"):
    capsys.readouterr()
    code = cli(command, "--conf", str(folder / "conf.yaml"), *arguments)
    return code, capsys.readouterr().err


def published(folder):
    return (folder / "warehouse" / "segment_members").exists()


def test_no_such_path(cli, capsys, folder):
    code, output = attempt(cli, capsys, folder, "--set", "sources.0.path=/nowhere/at/all")
    assert (code, published(folder)) == (2, False)
    assert "source 'shop': there is nothing at /nowhere/at/all. Fix `path`" in output
    assert not (folder / "warehouse" / "events").exists()


@pytest.mark.integration
def test_rates_that_cannot_be_trusted_and_another_currency_than_before(cli, capsys, folder):
    rates = folder / "rates.csv"
    given = ("--set", f"site.rates.path={rates}")
    for text, said in {
        "currency,from_on,rate\nUSD,2026-03-01,0.9\nUSD,2026-03-01,0.8\n": (
            "two rates of one currency and day"
        ),
        "currency,from_on,rate\nUSD,2026-03-01,0\nUSD,soon,0.8\ndollar,2026-03-01,1\n"
        "GBP,2026-03-01,1.2\n": "3 of 4 lines of",
        "currency,day,rate\nUSD,2026-03-01,0.9\n": "has no from_on. It has: currency, day, rate",
    }.items():
        rates.write_text(text)
        code, output = attempt(cli, capsys, folder, *given, command="ingest-events")
        assert (code, said in output) == (2, True), output
    rates.unlink()
    code, output = attempt(cli, capsys, folder, *given, command="ingest-events")
    assert (code, "rates.csv cannot be read as csv" in output) == (2, True), output
    assert not (folder / "warehouse" / "events").exists()
    assert attempt(cli, capsys, folder, command="ingest-events")[0] == 0
    code, output = attempt(
        cli, capsys, folder, "--set", "site.currency=USD", command="ingest-events"
    )
    assert code == 2
    assert "site.currency is USD, but events hold EUR" in output


def test_an_empty_source(cli, capsys, folder):
    shop.write(folder / "in", "first.csv", [])
    code, output = attempt(cli, capsys, folder)
    assert code == 4
    assert "source 'shop' is empty" in output
    assert not (folder / "warehouse" / "events").exists()


def test_no_source_at_all(cli, capsys, folder):
    code, output = attempt(cli, capsys, folder, "--set", "sources=[]")
    assert (code, "no source is configured" in output) == (4, True)


def test_a_mapping_that_names_a_column_that_is_not_there(cli, capsys, folder):
    code, output = attempt(cli, capsys, folder, "--set", "sources.0.columns.category=categry")
    assert code == 2
    assert "'categry' (did you mean 'category'?)" in output
    assert "It has: id, at, cookie" in output
    assert not (folder / "warehouse" / "events").exists()


def test_a_configuration_with_four_mistakes(cli, capsys, folder):
    wrong = folder / "wrong.yaml"
    wrong.write_text(
        "site: {time_zone: Mars/Base}\nsessions: {gap_minutes: 0}\nclusters:\n  k: one\n"
        "  algoritm: kmeans\n"
    )
    code, output = attempt(cli, capsys, folder, "--conf", str(wrong))
    assert code == 2
    assert output.count(str(wrong)) == 4


def test_a_warehouse_that_cannot_be_written(cli, capsys, folder):
    (folder / "file").write_text("in the way")
    code, output = attempt(
        cli, capsys, folder, "--set", f"warehouse.path={folder / 'file' / 'warehouse'}"
    )
    assert code == 2
    assert (
        "cannot be written (Not a directory). Give another with --set warehouse.path=FOLDER"
        in output
    )


def test_nothing_but_rubbish(cli, capsys, folder):
    shop.write(folder / "in", "first.csv", [r | {"at": "never"} for r in shop.rows(0, 2)])
    code, output = attempt(cli, capsys, folder)
    assert code == 4
    assert "no event was accepted: every row is in quarantine or late" in output


def test_the_doctor_says_that_the_mapping_does_not_fit(cli, capsys, folder):
    code, _ = attempt(
        cli, capsys, folder, "--set", "sources.0.columns.occurred_at=event", command="check"
    )
    assert code == 3
    shown = capsys.readouterr()
    code = cli(
        "check", "--conf", str(folder / "conf.yaml"), "--set", "sources.0.columns.occurred_at=event"
    )
    shown = capsys.readouterr()
    assert "FAIL mapping shop: the mapping does not fit the data" in shown.out
    assert "occurred_at: not a time" in shown.out


@pytest.mark.integration
def test_more_clusters_than_people_and_the_next_try_reads_nothing_twice(cli, capsys, folder, spark):
    code, output = attempt(cli, capsys, folder, "--set", "clusters.k=100")
    assert (code, published(folder)) == (3, False)
    assert "60 people cannot make 100 clusters. Set clusters.k to 60 at most" in output
    assert attempt(cli, capsys, folder, command="fit-clusters")[0] == 0
    assert attempt(cli, capsys, folder, command="ingest-events")[0] == 0
    assert spark.read.format("delta").load(str(folder / "warehouse" / "events")).count() == len(
        shop.rows(0, 5)
    )


@pytest.mark.integration
def test_too_many_robots_stop_a_run_unless_they_are_let_in(cli, capsys, folder, spark):
    people = shop.rows(0, 5)
    robots = [r for r in shop.mess() if r["cookie"] == "robotic"]
    shop.write(folder / "in", "first.csv", people + robots)
    strict = ("--set", f"bots.most_share={len(robots) / (len(people) + len(robots)) - 0.0001}")
    code, output = attempt(cli, capsys, folder, *strict)
    assert (code, published(folder)) == (3, False)
    assert (
        f"{len(robots)} of {len(people) + len(robots)} events are of bots, "
        "more than bots.most_share" in output
    )
    assert (
        attempt(
            cli, capsys, folder, *strict, "--set", "bots.leave_out=false", command="build-sessions"
        )[0]
        == 0
    )
    sessions = spark.read.format("delta").load(str(folder / "warehouse" / "sessions"))
    assert sessions.agg(F.sum("event_count")).collect()[0][0] == len(people) + len(robots)


def test_report_and_history_before_the_first_run(cli, capsys, folder):
    for command in ("report", "history", "why 1"):
        name, *rest = command.split()
        code, output = attempt(cli, capsys, folder, *rest, command=name)
        assert (code, "Run `desirelines run` first" in output) == (4, True), command
