"""People are erased from every table, and from nothing else."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import key_of
from desirelines.operations.erase import received
from desirelines.settings import read_settings
from tests.support import shop
from tests.support.needles import Needles
from tests.support.published import STAGES, THIRD, conf, deliver, read, result

SOMEONE = shop.mess()[0]["cookie"].removeprefix("cookie")
PEOPLE_TABLES = [t for t in tables.ALL if t.erased_by]


@pytest.fixture
def secret(secret_files):
    return secret_files["data"].read_bytes().strip()


def keys_of_one(secret, person=SOMEONE):
    return {key_of(secret, "cookie", f"cookie{person}"), key_of(secret, "user", f"user{person}")}


def everything(spark, folder):
    """The rows of every table with people, as JSON."""
    return {
        table.name: sorted(
            row[0]
            for row in read(spark, folder, table)
            .select(F.to_json(F.struct(*table.column_names)))
            .collect()
        )
        for table in PEOPLE_TABLES
        if (folder / "warehouse" / table.name).is_dir()
    }


def erase(cli, folder, tmp_path, *options, lines):
    file = tmp_path / "request"
    file.write_text("\n".join(lines))
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    return cli("erase", "--request", str(file), *options, *inbox, *conf(folder))


@pytest.mark.integration
def test_one_person_goes_and_nobody_else(spark, published_shop, cli, capsys, secret, tmp_path):
    before, keys = everything(spark, published_shop), keys_of_one(secret)
    raw = {f"cookie{SOMEONE}", f"user{SOMEONE}"}
    needles = Needles(keys, raw)
    theirs = {name: [r for r in rows if needles.in_text(r)] for name, rows in before.items()}
    assert {name for name, rows in theirs.items() if rows} >= {
        "events", "sessions", "quarantined_events", "identity_links", "identity_map", "people",
        "stream_owners", "features", "segment_members", "segment_changes", "segment_evidence",
    }  # fmt: skip
    assert erase(cli, published_shop, tmp_path, "--dry-run", lines=[f"user:USER{SOMEONE}"]) == 0
    assert result(capsys)["people_found"] == 0  # logins are told apart by case
    lines = [f"user: user{SOMEONE} "]
    assert erase(cli, published_shop, tmp_path, "--dry-run", lines=lines) == 0
    plan = result(capsys)
    assert everything(spark, published_shop) == before
    assert plan["row_counts"] == {name: len(rows) for name, rows in theirs.items()}
    assert (plan["people_found"], plan["identifiers_suppressed"]) == (1, 2)
    assert erase(cli, published_shop, tmp_path, "--now", lines=lines) == 0
    after = everything(spark, published_shop)
    for name, rows in before.items():
        assert after[name] == [r for r in rows if r not in theirs[name]], name
    done = result(capsys)
    assert [(s["state"], s["rows"]) for s in done] == [("closed", sum(plan["row_counts"].values()))]
    files = [f for f in (published_shop / "warehouse").rglob("*") if f.is_file()]
    assert [f.name for f in files if needles.in_file(f)] == []
    assert list((tmp_path / "inbox").iterdir()) == []
    (receipt,) = read(spark, published_shop, tables.ERASURE_RECEIPTS).collect()
    body = json.loads(receipt["body"])
    assert body["row_counts"] == plan["row_counts"]
    assert body["files"]["removed"]
    assert body["scan"]["canaries"] > 30
    assert not needles.in_text(receipt["body"])
    assert cli("erase", "verify", *conf(published_shop)) == 0


@pytest.mark.integration
def test_history_still_adds_up(spark, published_shop, cli, capsys, tmp_path):
    def members():
        rows = read(spark, published_shop, tables.SEGMENT_MEMBERS).groupBy("segment_id").count()
        return {r["segment_id"]: r["count"] for r in rows.collect()}

    before = members()
    for number in (3, 5):
        lines = [f"user:user{number}"]
        assert erase(cli, published_shop, tmp_path, "--now", lines=lines) == 0
    capsys.readouterr()
    removed = {
        r["segment_id"]: r["removed_count"]
        for r in read(spark, published_shop, tables.SEGMENT_REMOVALS).collect()
        if r["run_id"] == "second"
    }
    after = members()
    assert removed["all"] == 2
    assert before == {s: after.get(s, 0) + removed.get(s, 0) for s in before}
    assert cli("check", *conf(published_shop)) == 0


@pytest.mark.integration
def test_who_asks_while_a_run_is_on_is_not_published(
    spark, published_shop, cli, capsys, tmp_path, secret, secret_files
):
    needles = Needles(keys_of_one(secret), [])
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    deliver(spark, published_shop, shop.rows(*THIRD))
    for stage in STAGES[:-2]:
        assert cli(stage, *conf(published_shop)) == 0, stage
    staged = everything(spark, published_shop)
    assert any(map(needles.in_text, staged["segment_evidence"]))

    # What `erase --request` does while another driver holds the warehouse.
    secrets = [f"secrets.{name}_file={file}" for name, file in secret_files.items()]
    settings = read_settings([published_shop / "conf.yaml"], [inbox[1], *secrets])
    received(settings, [("user", f"user{SOMEONE}")], 1, datetime.now(UTC))
    assert cli("publish", *conf(published_shop), *inbox) == 0
    published = everything(spark, published_shop)
    assert not [r for rows in published.values() for r in rows if needles.in_text(r)]
    members = read(spark, published_shop, tables.SEGMENT_MEMBERS).filter("is_primary")
    assert members.count() == shop.PEOPLE - 1
    capsys.readouterr()
    assert cli("erase", "status", *conf(published_shop), *inbox) == 0
    (state,) = result(capsys)
    assert state["state"] == "deleted"  # its files wait
    assert cli("erase", "run", "--now", *conf(published_shop), *inbox) == 0
    assert cli("check", *conf(published_shop), *inbox) == 0


@pytest.mark.integration
def test_what_comes_later_stays_out(spark, published_shop, cli, capsys, tmp_path, secret):
    assert erase(cli, published_shop, tmp_path, "--now", lines=[f"cookie:cookie{SOMEONE}"]) == 0
    capsys.readouterr()
    assert cli("ingest-events", "--resync", "shop", *conf(published_shop)) == 0
    assert cli("run", *conf(published_shop)) == 0
    needles = Needles(keys_of_one(secret), [])
    for name, rows in everything(spark, published_shop).items():
        assert not [r for r in rows if needles.in_text(r)], name
    account = read(spark, published_shop, tables.ROW_ACCOUNTS).filter("fate = 'suppressed'")
    planted = sum(r["cookie"] == f"cookie{SOMEONE}" for r in shop.rows(0, 30) + shop.mess())
    assert account.agg(F.sum("row_count")).collect()[0][0] == planted


class Killed(BaseException):
    """As a driver that dies: no handler takes it for an error."""


KILLS = (("before", "_suppress"), ("before", "_delete"), ("before", "proven"), ("after", "_close"))
"""A kill at every write is a campaign: tests/faults/test_kill_erase.py."""


@pytest.mark.integration
@pytest.mark.parametrize(("when", "step"), KILLS)
def test_a_killed_erasure_ends_the_same(
    spark, published_shop, cli, capsys, tmp_path, monkeypatch, secret, step, when
):
    from desirelines.stages import erasure_steps

    real = getattr(erasure_steps, step)

    def dies(*args, **kwargs):
        if when == "after":
            real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(erasure_steps, step, dies)
    with pytest.raises(Killed):
        erase(cli, published_shop, tmp_path, "--now", lines=[f"user:user{SOMEONE}"])
    monkeypatch.setattr(erasure_steps, step, real)
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    assert cli("erase", "run", "--now", *inbox, *conf(published_shop)) == 0
    needles = Needles(keys_of_one(secret), {f"cookie{SOMEONE}", f"user{SOMEONE}"})
    files = [f for f in (published_shop / "warehouse").rglob("*") if f.is_file()]
    assert [f.name for f in files if needles.in_file(f)] == []
    receipts = read(spark, published_shop, tables.ERASURE_RECEIPTS).collect()
    removals = read(spark, published_shop, tables.SEGMENT_REMOVALS).collect()
    assert len(receipts) == 1
    assert {r["removed_count"] for r in removals} == {1}
    assert not list((tmp_path / "inbox").glob("*.json"))


@pytest.mark.integration
def test_without_a_purge_nothing_is_proven(
    spark, published_shop, cli, capsys, tmp_path, monkeypatch
):
    from desirelines.stages import erasure_steps

    real = erasure_steps.purge
    monkeypatch.setattr(erasure_steps, "purge", lambda *_, **__: None)
    lines = [f"user:user{SOMEONE}"]
    assert erase(cli, published_shop, tmp_path, "--now", lines=lines) == 5
    (state,) = result(capsys)
    assert state["state"] == "failed"
    assert state["note"].startswith("not clean: ")
    assert "column stream_id" in state["note"] or "column person_id" in state["note"]
    monkeypatch.setattr(erasure_steps, "purge", real)
    assert erase(cli, published_shop, tmp_path, "--now", lines=lines) == 0
    assert [s["state"] for s in result(capsys)] == ["closed"]


@pytest.mark.integration
def test_without_now_files_wait_for_their_retention(spark, published_shop, cli, capsys, tmp_path):
    assert erase(cli, published_shop, tmp_path, lines=[f"user:user{SOMEONE}"]) == 5
    (state,) = result(capsys)
    assert state["state"] == "deleted"
    assert cli("erase", "status", *conf(published_shop)) == 0
    assert result(capsys) == [state]


@pytest.mark.integration
def test_a_request_for_too_many_stops_before_anything_is_deleted(
    spark, published_shop, cli, capsys, tmp_path
):
    before = everything(spark, published_shop)
    lines = [f"user:user{n}" for n in range(5)]
    few = ("--set", "erasure.most_people=4")
    assert erase(cli, published_shop, tmp_path, "--now", *few, lines=lines) == 3
    error = " ".join(capsys.readouterr().err.split())
    assert "would take" in error
    assert "--over-limit REASON" in error
    assert everything(spark, published_shop) == before
    reason = ("--over-limit", "asked by mail on 2 March")
    assert erase(cli, published_shop, tmp_path, "--now", *few, *reason, lines=lines) == 0
    states = read(spark, published_shop, tables.ERASURE_REQUESTS).filter("state = 'planned'")
    assert [r["note"] for r in states.collect()] == ["over the limit: asked by mail on 2 March"]


@pytest.mark.integration
def test_whoever_comes_back_with_a_backup_is_erased_again(
    spark, published_shop, cli, capsys, tmp_path, secret
):
    backup = tmp_path / "backup"
    names = ("events", "segment_members", "identity_map")
    for name in names:
        shutil.copytree(published_shop / "warehouse" / name, backup / name)
    lines = [f"user:user{SOMEONE}"]
    assert erase(cli, published_shop, tmp_path, "--now", lines=lines) == 0
    for name in names:
        shutil.rmtree(published_shop / "warehouse" / name)
        shutil.copytree(backup / name, published_shop / "warehouse" / name)
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    assert cli("erase", "run", "--now", *inbox, *conf(published_shop)) == 0
    needles = Needles(keys_of_one(secret), [])
    for name, rows in everything(spark, published_shop).items():
        assert not [r for r in rows if needles.in_text(r)], name
    assert read(spark, published_shop, tables.ERASURE_RECEIPTS).count() == 2
    assert cli("erase", "run", *inbox, *conf(published_shop)) == 0
    assert read(spark, published_shop, tables.ERASURE_RECEIPTS).count() == 2


@pytest.mark.integration
def test_everybody_goes(spark, published_shop, cli, capsys, tmp_path):
    """Who is alone in a file, a bucket, a segment and a run; the last one of every table."""
    sizes = read(spark, published_shop, tables.SEGMENT_SIZES).collect()
    lines = [f"{t}:{t}{person}" for person in range(shop.PEOPLE) for t in ("user", "cookie")]
    lines.append("cookie:robotic")
    reason = ("--over-limit", "the shop closes")
    assert erase(cli, published_shop, tmp_path, "--now", *reason, lines=lines) == 0
    assert [s["state"] for s in result(capsys)] == ["closed"]
    left = everything(spark, published_shop)
    assert {name: rows for name, rows in left.items() if rows} == {
        name: rows for name, rows in left.items() if name == "quarantined_events"
    }
    assert read(spark, published_shop, tables.SEGMENT_SIZES).collect() == sizes
    assert cli("check", *conf(published_shop)) == 0
    deliver(spark, published_shop, shop.rows(*THIRD))
    assert cli("run", *conf(published_shop)) == 4
    assert "late or suppressed" in " ".join(capsys.readouterr().err.split())


@pytest.mark.integration
def test_who_consents_again_comes_back_without_their_past(
    spark, published_shop, cli, capsys, tmp_path, secret
):
    lines = [f"user:user{SOMEONE}", f"cookie:cookie{SOMEONE}"]
    assert erase(cli, published_shop, tmp_path, "--now", lines=lines) == 0
    request = ("--request", str(tmp_path / "request"))
    capsys.readouterr()
    assert cli("erase", "allow", *request, *conf(published_shop)) == 0
    assert result(capsys)["identifiers"] == 2
    later = [r for r in shop.rows(30, 34) if r["cookie"] == f"cookie{SOMEONE}"]
    deliver(spark, published_shop, later)
    assert cli("run", *conf(published_shop)) == 0
    mine = read(spark, published_shop, tables.EVENTS).filter(
        F.col("stream_id") == key_of(secret, "cookie", f"cookie{SOMEONE}")
    )
    assert mine.count() == len(later) > 0
    capsys.readouterr()
    assert cli("erase", "allow", *request, *conf(published_shop)) == 0
    assert result(capsys)["identifiers"] == 0


@pytest.mark.integration
def test_somebody_unknown_is_suppressed_and_gets_a_receipt(
    spark, published_shop, cli, capsys, tmp_path
):
    before = everything(spark, published_shop)
    assert erase(cli, published_shop, tmp_path, "--now", lines=["user:nobody-at-all"]) == 0
    assert everything(spark, published_shop) == before
    assert [(s["state"], s["rows"]) for s in result(capsys)] == [("closed", 0)]
    assert read(spark, published_shop, tables.SUPPRESSIONS).count() == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["user:null"], "line 1: the user is a placeholder"),
        (["", "# nobody"], "the request names nobody"),
        (["passport:1"], "line 1: no source has this type of identifier; known: cookie, user"),
        (["somebody"], "line 1: it is neither"),
        (["user:1", '{"user": 1.5}'], "line 2: a value is neither a text nor a whole number"),
        (['{"user": '], "line 1: it is no JSON object"),
    ],
)
def test_a_request_that_cannot_be_used_says_where(
    published_template, cli, capsys, tmp_path, lines, words
):
    assert erase(cli, published_template, tmp_path, lines=lines) == 2
    assert words in json.dumps(capsys.readouterr().err)
