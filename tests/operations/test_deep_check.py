"""`check --deep` reports what no single batch can see; it fails when others wrote to the tables."""

import json

import pytest

from desirelines import tables
from tests.support import shop
from tests.support.published import conf, result


def test_a_deep_check_finds_every_key_once_and_each_id_at_one_event(cli, first_shop, capsys):
    capsys.readouterr()
    assert cli("check", "--deep", *conf(first_shop)) == 0
    findings = {f["what"]: f for f in result(capsys)}
    there = {
        t.name for t in tables.ALL if (first_shop / "warehouse" / t.name / "_delta_log").is_dir()
    }
    assert {what for what in findings if what.startswith("keys of")} == {
        f"keys of {t}" for t in there - {"events"}
    }
    assert not [f for f in findings.values() if not f["is_ok"] or f["is_note"]]
    assert findings["event ids of shop"]["found"] == "each belongs to one event"


@pytest.fixture
def ingested(cli, tmp_path):
    """Three files: an id in two streams of the first, another one a month later in the second.

    Two batches of one run have a bad row.
    """
    conf = shop.configure(tmp_path)
    rows = shop.rows(0, 2)
    one, other = rows[0], next(r for r in rows if r["cookie"] != rows[0]["cookie"])
    shop.write(tmp_path / "in", "first.csv", [*rows, one | {"cookie": other["cookie"]}])
    assert cli("ingest-events", "--conf", str(conf)) == 0
    bad = one | {"id": "bad", "at": "not a time"}
    shop.write(
        tmp_path / "in",
        "second.csv",
        [other | {"at": other["at"].replace("2026-01", "2026-02")}, bad],
    )
    shop.write(tmp_path / "in", "third.csv", [bad])
    assert cli("ingest-events", "--conf", str(conf), "--set", "ingest.max_files_per_batch=1") == 0
    return tmp_path, len(rows) + 2


def looked(cli, folder, capsys):
    capsys.readouterr()
    code = cli("check", "--deep", "--conf", str(folder / "conf.yaml"), "--format", "json")
    output = capsys.readouterr()
    return code, {f["what"]: f for f in json.loads(output.out)}, output.err


@pytest.mark.integration
def test_an_id_in_two_streams_and_one_far_apart_are_told_and_not_merged(
    spark, cli, ingested, capsys
):
    folder, rows = ingested
    assert spark.read.format("delta").load(str(folder / "warehouse" / "events")).count() == rows
    code, found, progress = looked(cli, folder, capsys)
    ids = found["event ids of shop"]
    assert (code, ids["is_ok"], ids["is_note"]) == (0, True, True)
    assert ids["found"].startswith(
        "in more than one stream: 1; twice in one stream, more than ingest.late_days (7) apart: 1; "
        "from 2026-01-05 to 2026-02-0"
    )
    assert all(f["is_ok"] for f in found.values())
    assert found["keys of quarantined_events"]["found"] == "each of 2 rows has its own key"
    assert "keys of row_accounts" in progress  # the long looks say where they are


@pytest.mark.integration
def test_rows_of_another_writer_are_found_and_fail(spark, cli, ingested, capsys):
    folder, _ = ingested
    for table, which in (("events", "true"), ("row_accounts", "fate = 'quarantined'")):
        path = str(folder / "warehouse" / table)
        rows = spark.read.format("delta").load(path).filter(which)
        copies = rows.limit(1).localCheckpoint()
        copies.write.format("delta").mode("append").save(path)
    code, found, _ = looked(cli, folder, capsys)
    assert code == 3
    assert {what for what, f in found.items() if not f["is_ok"]} == {
        "keys of row_accounts",
        "event ids of shop",
    }
    assert "twice in one stream, nearer: 1" in found["event ids of shop"]["found"]
    assert "1 keys (run_id, source, ingest_batch, fate)" in found["keys of row_accounts"]["found"]


@pytest.mark.integration
def test_people_joined_by_words_that_are_refused_today_are_told(cli, tmp_path, capsys):
    """Three strangers log in as guest, two others are not set; then the words are refused."""
    conf = shop.configure(tmp_path)
    rows = [r | {"user": ""} for r in shop.rows(0, 5)]
    cookies = sorted({r["cookie"] for r in rows})[:5]
    words = dict(zip(cookies, ["guest", "guest", "guest", "(not set)", "(not set)"], strict=True))
    rows = [r | {"user": words.get(r["cookie"], "")} for r in rows]
    shop.write(tmp_path / "in", "first.csv", rows)
    before = ("--set", "identity.junk_values=[nothing]")
    for stage in ("ingest-events", "resolve-identities"):
        assert cli(stage, "--conf", str(conf), *before) == 0
    code, findings, _ = looked(cli, tmp_path, capsys)
    finding = findings["words for nobody"]
    assert finding["is_note"]
    assert finding["found"].startswith(
        "2 people hold 2 identifiers that are words for nobody (identity.junk_values): "
        "user (not set), user guest. With them 5 other identifiers were joined"
    )
    assert code == 0
