"""People are erased from sources that are ours as well, and from no others."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.support import shop
from tests.support.needles import Needles
from tests.support.published import THIRD, conf, deliver, read, result

SOMEONE = shop.mess()[0]["cookie"].removeprefix("cookie")
OTHER = str(int(SOMEONE) + 1)
RAW = {f"cookie{SOMEONE}", f"user{SOMEONE}"}
LINES = [f"user:user{SOMEONE}"]


@pytest.fixture
def own_shop(published_shop):
    """The published shop with a source that is declared as ours."""
    mapping = published_shop / "shop.yaml"
    mapping.write_text(mapping.read_text() + "erasable: true\n")
    return published_shop


def erase(cli, folder, tmp_path, *options, lines=LINES):
    file = tmp_path / "request"
    file.write_text("\n".join(lines))
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    return cli("erase", "--request", str(file), *options, *inbox, *conf(folder))


def run_again(cli, folder, tmp_path, *words):
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    return cli(*words, *inbox, *conf(folder))


def source_rows(spark, folder: Path):
    rows = spark.read.format("delta").load(str(folder / "in"))
    return sorted(r[0] for r in rows.select(F.to_json(F.struct(*rows.columns))).collect())


def event_rows(spark, folder):
    return read(spark, folder, tables.EVENTS).count()


def error_of(capsys):
    return " ".join(capsys.readouterr().err.split())


@pytest.mark.integration
def test_rows_of_one_person_go_from_the_source_and_from_its_files(
    spark, own_shop, cli, capsys, tmp_path
):
    needles = Needles([], RAW)
    before = source_rows(spark, own_shop)
    theirs = [row for row in before if needles.in_text(row)]
    assert erase(cli, own_shop, tmp_path, "--dry-run") == 0
    plan = result(capsys)
    assert source_rows(spark, own_shop) == before
    assert plan["row_counts"]["source shop"] == len(theirs) > 0
    assert erase(cli, own_shop, tmp_path, "--now") == 0
    (state,) = result(capsys)
    assert (state["state"], state["rows"]) == ("closed", sum(plan["row_counts"].values()))
    assert source_rows(spark, own_shop) == [row for row in before if row not in theirs]
    files = [f for f in own_shop.rglob("*") if f.is_file() and f.name != "conf.yaml"]
    assert any(f.is_relative_to(own_shop / "in") for f in files)
    assert [f.name for f in files if needles.in_file(f)] == []
    (receipt,) = read(spark, own_shop, tables.ERASURE_RECEIPTS).collect()
    assert json.loads(receipt["body"])["row_counts"] == plan["row_counts"]
    assert run_again(cli, own_shop, tmp_path, "erase", "verify") == 0
    capsys.readouterr()

    # The next run reads on: what was deleted is no news, and what others did is.
    events = event_rows(spark, own_shop)
    spark.sql(f"OPTIMIZE delta.`{own_shop / 'in'}`")
    assert run_again(cli, own_shop, tmp_path, "run") == 0
    told = capsys.readouterr().err
    assert "nothing is read twice" in told
    assert "resync" not in told
    assert event_rows(spark, own_shop) == events
    news = [row for row in shop.rows(*THIRD) if row["cookie"] not in RAW]
    deliver(spark, own_shop, news)
    assert run_again(cli, own_shop, tmp_path, "run") == 0
    assert event_rows(spark, own_shop) == events + len(news)
    assert run_again(cli, own_shop, tmp_path, "check") == 0


@pytest.mark.integration
def test_a_source_stays_as_it_is_unless_it_is_declared_as_ours(
    spark, published_shop, cli, capsys, tmp_path
):
    before = {f: f.read_bytes() for f in (published_shop / "in").rglob("*") if f.is_file()}
    assert erase(cli, published_shop, tmp_path, "--now") == 0
    after = {f: f.read_bytes() for f in (published_shop / "in").rglob("*") if f.is_file()}
    assert after == before


@pytest.mark.integration
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("delta.dataSkippingStatsColumns", "at,cookie", "its log has statistics of cookie: set"),
        ("delta.enableDeletionVectors", "true", "deletion vectors, which leave deleted rows"),
        ("delta.enableChangeDataFeed", "true", "a change feed, which keeps deleted rows"),
    ],
)
def test_a_source_that_would_keep_identifiers_is_refused(
    spark, own_shop, cli, capsys, tmp_path, name, value, words
):
    spark.sql(f"ALTER TABLE delta.`{own_shop / 'in'}` SET TBLPROPERTIES ('{name}' = '{value}')")
    before, events = source_rows(spark, own_shop), event_rows(spark, own_shop)
    assert erase(cli, own_shop, tmp_path, "--dry-run") == 3
    assert words in error_of(capsys)
    assert erase(cli, own_shop, tmp_path, "--now") == 3
    error = error_of(capsys)
    assert words in error
    assert "No row was deleted" in error
    assert not Needles([], RAW).in_text(error)
    assert source_rows(spark, own_shop) == before
    assert event_rows(spark, own_shop) == events


@pytest.mark.integration
def test_a_log_that_names_somebody_already_is_refused(spark, own_shop, cli, capsys, tmp_path):
    spark.sql(f"DELETE FROM delta.`{own_shop / 'in'}` WHERE cookie = 'cookie{SOMEONE}' AND id = ''")
    before = source_rows(spark, own_shop)
    spark.sql(
        f"UPDATE delta.`{own_shop / 'in'}` SET agent = agent WHERE cookie = 'cookie{SOMEONE}'"
    )
    assert erase(cli, own_shop, tmp_path, "--now") == 3
    assert "the log of source 'shop' names them" in error_of(capsys)
    assert source_rows(spark, own_shop) == before


@pytest.mark.integration
def test_rows_of_others_that_no_run_has_read_are_not_lost(spark, own_shop, cli, capsys, tmp_path):
    events = event_rows(spark, own_shop)
    others = [row for row in shop.rows(*THIRD) if row["cookie"] not in RAW]
    deliver(spark, own_shop, others)
    deliver(spark, own_shop, _later_rows())
    assert erase(cli, own_shop, tmp_path, "--now") == 3
    assert "has rows that no run has read yet" in error_of(capsys)
    assert event_rows(spark, own_shop) == events
    # The run reads them and takes the request up.
    assert run_again(cli, own_shop, tmp_path, "run") == 0
    capsys.readouterr()
    assert run_again(cli, own_shop, tmp_path, "erase", "run", "--now") == 0
    assert [s["state"] for s in result(capsys)] == ["closed"]
    read_now = read(spark, own_shop, tables.EVENTS).filter(F.col("occurred_on") >= _day(THIRD[0]))
    assert read_now.count() == len(others) + 1
    assert not Needles([], RAW).in_text("".join(source_rows(spark, own_shop)))


def _later_rows():
    """A row of the person and one of somebody else, in one file."""
    mine = next(row for row in shop.rows(0, 24) if row["cookie"] in RAW)
    at = (shop.START.replace(hour=22)).isoformat().replace("2026-01-05", _day(THIRD[0]))
    return [
        mine | {"id": f"later-{who}", "cookie": f"cookie{who}", "user": "", "at": at}
        for who in (SOMEONE, OTHER)
    ]


def _day(number):
    return f"{shop.START + timedelta(days=number):%Y-%m-%d}"


@pytest.mark.integration
def test_files_with_rows_of_others_alone_may_wait_for_the_next_run(
    spark, own_shop, cli, capsys, tmp_path
):
    others = [row for row in shop.rows(*THIRD) if row["cookie"] not in RAW]
    deliver(spark, own_shop, others)
    assert erase(cli, own_shop, tmp_path, "--now") == 0
    events = event_rows(spark, own_shop)
    assert run_again(cli, own_shop, tmp_path, "run") == 0
    assert event_rows(spark, own_shop) == events + len(others)


@pytest.mark.integration
def test_of_a_shared_device_only_rows_with_the_login_go(
    spark, own_shop, cli, capsys, tmp_path, secret_files
):
    login = next(row for row in shop.rows(0, 24) if row["user"] == f"user{OTHER}")
    device = f"cookie{SOMEONE}"
    at = login["at"].replace("2026-01-", "2026-02-")
    guest = login | {"id": "guest", "cookie": device, "at": at}
    deliver(spark, own_shop, [guest])
    assert run_again(cli, own_shop, tmp_path, "run") == 0
    before = source_rows(spark, own_shop)
    needles = Needles([], {f"user{SOMEONE}"})
    theirs = [row for row in before if needles.in_text(row)]
    capsys.readouterr()
    both = [*LINES, f"cookie:{device}"]
    assert erase(cli, own_shop, tmp_path, "--now", "--over-limit", "a test", lines=both) == 0
    assert source_rows(spark, own_shop) == [row for row in before if row not in theirs]
    secret = secret_files["data"].read_bytes().strip()
    kept = read(spark, own_shop, tables.EVENTS).filter(
        F.col("stream_id") == key_of(secret, "cookie", device)
    )
    assert kept.count() > 0
