"""What `--format json` prints is a promise: names and kinds of values of every command."""

import json

import pytest

from desirelines.catalogue import FEATURES
from desirelines.tables import ALL

pytestmark = pytest.mark.integration

TEXT, NUMBER, FLAG, NOTHING = "text", "number", "flag", "nothing"
SIZE = {
    "segment_id": TEXT, "name": TEXT, "people": NUMBER, "share": NUMBER, "entered": NUMBER,
    "left": NUMBER,
}  # fmt: skip


def kinds(value):
    """A value with the kinds of its parts in their place; of a list, that of its first part."""
    if isinstance(value, dict):
        return {name: kinds(part) for name, part in value.items()}
    if isinstance(value, list):
        return [kinds(value[0])] if value else []
    if isinstance(value, bool):
        return FLAG
    return TEXT if isinstance(value, str) else NOTHING if value is None else NUMBER


@pytest.fixture
def printed(published_shop, cli, capsys):
    """Runs a command on a shop that was published twice; gives what it printed."""

    def run(*words):
        capsys.readouterr()
        assert cli(*words, "--conf", str(published_shop / "conf.yaml"), "--format", "json") == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_run_with_nothing_new(printed):
    summary = printed("run")
    assert summary["row_account"].keys() == {"shop"}
    assert kinds(summary | {"row_account": {}, "seconds": {}}) == {
        "run_id": TEXT, "changed": FLAG, "status": TEXT, "as_of": TEXT, "row_account": {},
        "segments": [SIZE], "report": NOTHING, "seconds": {},
    }  # fmt: skip
    assert set(summary["seconds"]) == {"ingest-events"}


def test_plan(printed):
    plan = printed("plan")
    assert [table["table"] for table in plan["writes"]] == [table.name for table in ALL]
    assert kinds(plan) == {
        "run_id": TEXT, "as_of": TEXT, "base_run_id": TEXT, "config_hash": TEXT,
        "reads": [{"source": TEXT, "format": TEXT, "where": TEXT, "columns": TEXT}],
        "writes": [
            {
                "table": TEXT, "version now": NUMBER, "stages": TEXT, "one row is": TEXT,
                "written": TEXT,
            }
        ],
    }  # fmt: skip


def test_history(printed):
    runs = printed("history")
    assert [run["run_id"] for run in runs] == ["first", "second"]
    assert kinds(runs) == [
        {
            "run_id": TEXT, "status": TEXT, "as_of": TEXT, "base_run_id": TEXT, "people": NUMBER,
            "published_at": TEXT, "segments": NUMBER, "entered": NUMBER, "left": NUMBER,
            "erased": NUMBER, "restores": NOTHING,
        }
    ]  # fmt: skip
    segments = printed("history", "--run-id", "second")
    assert [segment["segment_id"] for segment in segments] == sorted(
        segment["segment_id"] for segment in segments
    )
    assert kinds([s for s in segments if s["people"] is not None and s["entered"] is not None]) == [
        SIZE
    ]


def test_why_and_identity_explain(printed, published_shop, spark):
    people = spark.read.format("delta").load(str(published_shop / "warehouse" / "segment_members"))
    person = people.filter("is_primary").orderBy("person_id").first()["person_id"]
    known = printed("why", person)
    assert known["person_id"] == person
    assert set(known["features"]) == {feature.name for feature in FEATURES}
    assert kinds(known | {"features": {}, "nearest": []}) == {
        "person_id": TEXT, "as_of": TEXT, "run_id": TEXT, "first_seen_at": TEXT,
        "segments": [
            {"segment_id": TEXT, "name": TEXT, "is_primary": FLAG, "since": TEXT, "because": TEXT}
        ],
        "rules": [
            {
                "segment_id": TEXT, "name": TEXT, "is_member": FLAG,
                "conditions": [{"condition": TEXT, "answer": TEXT, "value": TEXT, "events": []}],
                "change": [TEXT],
            }
        ],
        "nearest": [], "features": {},
        "identifiers": [{"key": TEXT, "type": TEXT, "first_seen_at": TEXT, "rule": TEXT}],
        "sessions": NUMBER,
    }  # fmt: skip
    assert kinds(known["features"]["frequency"]) == {"value": NUMBER, "unit": TEXT, "meaning": TEXT}
    assert kinds(known["nearest"]) in ([], [{"segment_id": TEXT, "name": TEXT, "distance": NUMBER}])
    explained = printed("identity", "explain", known["identifiers"][0]["key"])
    assert kinds(explained) == {
        "key": TEXT, "type": TEXT, "person_id": TEXT, "rule": TEXT, "first_seen_at": TEXT,
        "history": [{"person_id": TEXT, "from_run": TEXT, "to_run": NOTHING, "rule": TEXT}],
        "links": [
            {
                "key": TEXT, "type": TEXT, "rule": TEXT, "first_at": TEXT, "last_at": TEXT,
                "events": NUMBER, "sources": [TEXT], "person_id": TEXT, "not_followed": NOTHING,
                "is_held": FLAG,
            }
        ],
    }  # fmt: skip


def test_rename_and_report(printed):
    segment = next(
        s for s in printed("history", "--run-id", "second") if s["segment_id"][:2] == "c-"
    )
    named = printed("rename", segment["segment_id"], "Weekend families")
    assert kinds(named) == {
        "segment_id": TEXT, "version": NUMBER, "name": TEXT, "alias": TEXT, "run_id": TEXT,
    }  # fmt: skip
    assert named["alias"] == "Weekend families"
    assert kinds(printed("report")) == {"run_id": TEXT, "report": TEXT}


def test_export(printed, tmp_path):
    place = tmp_path / "delta.csv"
    export = printed("export", "--after", "0", "--output", str(place))
    assert kinds(export) == {
        "output": TEXT, "rows": NUMBER, "after": NUMBER, "sequence": NUMBER, "run_id": TEXT,
    }  # fmt: skip
    assert (export["output"], export["sequence"], export["run_id"]) == (str(place), 2, "second")
    assert place.read_text().count("\n") == 1 + export["rows"] > 1


def test_segment_test(printed, tmp_path):
    (tmp_path / "rule.yaml").write_text("segment: x\nname: X\nwhen: frequency < 1\n")
    (preview,) = printed("segment", "test", str(tmp_path / "rule.yaml"))
    assert preview["people"] == 40
    assert kinds(preview | {"overlaps": preview["overlaps"][:0]}) == {
        "segment_id": TEXT, "name": TEXT, "definition": TEXT, "run_id": TEXT, "as_of": TEXT,
        "of_people": NUMBER, "people": NUMBER, "entering": NUMBER, "leaving": NUMBER,
        "nodes": [{"condition": TEXT, "people": NUMBER, "unknown": NUMBER}], "overlaps": [],
    }  # fmt: skip
    assert {tuple(overlap) for overlap in preview["overlaps"]} == {("segment_id", "name", "people")}


def test_check(printed):
    assert kinds(printed("check")) == [
        {"what": TEXT, "is_ok": FLAG, "found": TEXT, "is_note": FLAG}
    ]


def test_a_stage(printed):
    assert kinds(printed("ingest-events")) == {"run_id": TEXT, "stage": TEXT, "seconds": NUMBER}


def test_replay(printed):
    done = printed("replay", "second")
    counts = dict.fromkeys(("rows", "equal", "different", "missing", "extra"), NUMBER)
    assert kinds(done) == {
        "run_id": TEXT, "as_of": TEXT, "is_same": FLAG,
        "tables": [{"table": TEXT, **counts, "is_same": FLAG}], "not_compared": [],
        "people": NUMBER, "people_gone": NUMBER, "events_gone": NUMBER, "seconds": NUMBER,
    }  # fmt: skip


def test_rebuild_and_requeue(printed):
    assert kinds(printed("rebuild", "--from", "2026-01-30")) == {
        "run_id": TEXT, "is_same": FLAG,
        "tables": [{"table": TEXT, "rows_before": NUMBER, "rows_after": NUMBER, "is_same": FLAG}],
    }  # fmt: skip
    assert kinds(printed("requeue")) == {"run_id": TEXT, "rows": {}}


def test_maintain(printed):
    result = printed("maintain", "--dry-run")
    assert kinds(result | {"actions": []}) == {"run_id": TEXT, "is_dry_run": FLAG, "actions": []}
    (runs,) = [action for action in result["actions"] if action["table"] == "runs"]
    assert kinds(runs) == {
        "table": TEXT, "action": TEXT, "files": NUMBER, "rows": NUMBER, "bytes": NUMBER,
        "note": TEXT,
    }  # fmt: skip
