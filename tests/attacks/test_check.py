"""A damaged warehouse: `check` finds every damage and says how to fix it; never `unexpected`."""

import json
import shutil

import pytest

from desirelines import tables
from tests.support import laws

pytestmark = pytest.mark.integration


def conf(folder):
    return ("--conf", str(folder / "conf.yaml"), "--format", "json")


def findings(cli, folder, capsys, *options):
    """The exit code and the findings, by check."""
    capsys.readouterr()
    code = cli("check", *options, *conf(folder))
    shown = capsys.readouterr()
    assert "unexpected" not in shown.err + shown.out
    return code, {f["what"]: f for f in json.loads(shown.out)}


def broken(found):
    return {what for what, finding in found.items() if not finding["is_ok"]}


def data_file(folder, table):
    """The largest data file in the newest version of the table."""
    files = [
        f
        for f in (folder / "warehouse" / table.name).rglob("*.parquet")
        if "_delta_log" not in f.parts
    ]
    return max(files, key=lambda f: (f.stat().st_mtime, f.name))


def newest_commit(folder, table):
    return max(c for c in (folder / "warehouse" / table.name / "_delta_log").glob("*.json"))


def test_a_whole_warehouse_is_found_whole(published_shop, cli, capsys):
    code, found = findings(cli, published_shop, capsys)
    assert (code, broken(found)) == (0, set())
    assert found["published runs"]["found"] == "2, each after the one before"
    assert found["segment_members"]["found"] == "what the changes of 2 runs add up to"
    assert found["row accounts"]["found"].endswith("events, as many as were used")
    assert {w for w in found if w.startswith("table ")} == {
        f"table {n}" for n in laws.versions_of(published_shop)
    }


def test_damages_of_single_tables_are_found_with_what_mends_them(published_shop, cli, capsys):
    place = published_shop / "warehouse"
    data_file(published_shop, tables.SESSIONS).unlink()
    data_file(published_shop, tables.FEATURES).write_bytes(b"no Parquet at all")
    commit = newest_commit(published_shop, tables.PEOPLE)
    commit.write_bytes(commit.read_bytes()[: commit.stat().st_size // 2])
    shutil.rmtree(place / "identity_map")
    shutil.rmtree(place / "events" / "_delta_log")
    shutil.rmtree(place / "segment_changes")
    for options in ((), ("--deep",)):
        code, found = findings(cli, published_shop, capsys, *options)
        assert code == 3
        wanted = {
            "table sessions": "are missing or broken", "table features": "are missing or broken",
            "table people": "cannot be read", "versions of identity_map": "is gone",
            "table events": "has no log", "versions of segment_changes": "is gone",
            "segment_members": "is not what the changes",
        }  # fmt: skip
        assert {
            what: text in found[what]["found"] for what, text in wanted.items()
        } == dict.fromkeys(wanted, True)
        for what in wanted:
            assert (
                "desirelines r" in found[what]["found"] or "from a backup" in found[what]["found"]
            ), what
        assert "desirelines rebuild" in found["table sessions"]["found"]
        assert "table segment_sizes" not in broken(found), "what is whole is found whole"


def test_a_ledger_that_is_gone_is_found_and_nothing_is_written_over_its_history(
    published_shop, cli, capsys
):
    shutil.rmtree(published_shop / "warehouse" / "runs")
    before = laws.versions_of(published_shop)
    code, found = findings(cli, published_shop, capsys)
    assert (code, "ledger" in broken(found)) == (3, True)
    assert "`runs` is gone" in found["ledger"]["found"]
    for command in ("run", "ingest-events", "publish"):
        assert cli(command, *conf(published_shop)) == 3
        assert "its ledger is gone" in capsys.readouterr().err
    assert laws.versions_of(published_shop) == before


@pytest.mark.parametrize("lost", ["the newest commit", "the publication"])
def test_a_ledger_that_lost_a_state_is_found_and_members_do_not_go_back(
    lost, published_shop, spark, cli, capsys
):
    if lost == "the newest commit":
        newest_commit(published_shop, tables.RUNS).write_bytes(b"")
    else:
        runs = published_shop / "warehouse" / "runs"
        spark.sql(f"DELETE FROM delta.`{runs}` WHERE run_id = 'second' AND status = 'PUBLISHED'")
    code, found = findings(cli, published_shop, capsys)
    assert code == 3
    if lost == "the newest commit":
        assert "empty commits" in found["table runs"]["found"]
        return
    assert "does not know as published" in found["segment_members"]["found"]
    members = laws.versions_of(published_shop)["segment_members"]
    assert cli("run", *conf(published_shop)) == 3
    assert "would go back to an older run" in capsys.readouterr().err
    assert laws.versions_of(published_shop)["segment_members"] == members


def test_members_that_were_changed_and_a_broken_chain_are_found(published_shop, spark, cli, capsys):
    place = published_shop / "warehouse"
    members = spark.read.format("delta").load(str(place / "segment_members"))
    one = members.filter("is_primary").limit(1).select("person_id").collect()[0][0]
    gone = spark.createDataFrame([(one,)], "person_id string")
    members.join(gone, "person_id", "left_anti").localCheckpoint().write.format("delta").mode(
        "overwrite"
    ).save(str(place / "segment_members"))
    runs = spark.read.format("delta").load(str(place / "runs"))
    again = runs.filter("status = 'PUBLISHED' AND run_id = 'first'").collect()[0].asDict()
    again |= {
        "base_run_id": "second",
        "attempt": 2,
        "recorded_at": runs.agg({"recorded_at": "max"}).collect()[0][0],
    }
    spark.createDataFrame([again], runs.schema).write.format("delta").mode("append").save(
        str(place / "runs")
    )
    code, found = findings(cli, published_shop, capsys)
    assert (code, broken(found)) == (3, {"published runs", "segment_members"})
    assert (
        "run first is published twice, after none and after second"
        in found["published runs"]["found"]
    )
    assert "DELETE FROM runs" in found["published runs"]["found"]


def test_a_table_that_went_back_and_events_that_are_gone_are_found(
    published_shop, spark, cli, capsys
):
    commit = newest_commit(published_shop, tables.SESSIONS)
    for file in commit.parent.glob(f"*{commit.stem}*"):
        file.unlink()
    events = f"delta.`{published_shop / 'warehouse' / 'events'}`"
    first = spark.sql(f"SELECT min(event_id) FROM {events}").collect()[0][0]
    spark.sql(f"DELETE FROM {events} WHERE event_id = '{first}'")
    code, found = findings(cli, published_shop, capsys)
    assert (code, broken(found)) == (3, {"versions of sessions", "row accounts"})
    version = int(commit.stem)
    assert (
        f"is at version {version - 1}, but a run left it at {version}"
        in (found["versions of sessions"]["found"])
    )
    assert "desirelines rebuild" in found["versions of sessions"]["found"]
    assert "were used: some are gone" in found["row accounts"]["found"]
