"""OpenLineage events of stages, as a real client writes them."""

import json
from datetime import UTC, date, datetime

import pytest

from desirelines.errors import GateError, MachineError
from desirelines.io.lineage import Dataset, dataset_at, lineage_client
from desirelines.run.context import new_run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.run.lineage import told_whole
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.settings.tracking import Lineage
from desirelines.tables import EVENTS, SESSIONS

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def run(spark, tmp_path):
    settings = Settings.model_validate(
        {
            "warehouse": {"path": str(tmp_path / "tables")},
            "lineage": {"enabled": True, "namespace": "shop"},
        }
    )
    progress = Progress("r")
    return new_run(spark, settings, "r", lambda: NOW, progress, requested_as_of=date(2026, 3, 1))


@pytest.fixture
def sent(tmp_path, monkeypatch):
    """The events that were sent so far, with a client that writes them into a file."""
    file = tmp_path / "events.json"
    transport = {"type": "file", "log_file_path": str(file), "append": True}
    config = tmp_path / "openlineage.yml"
    config.write_text(json.dumps({"transport": transport}))
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(config))
    return lambda: [json.loads(line) for line in file.read_text().splitlines()]


def fail(run):
    raise ValueError("a cell of a row")


def test_a_stage_says_what_it_read_and_wrote_below_its_run(run, sent, tmp_path):
    stage = Stage("cut", lambda run: StageReport(7), reads=(EVENTS,), writes=(SESSIONS,))
    with told_whole(run):
        execute(stage, run)
    events = sent()
    assert [(e["eventType"], e["job"]["namespace"], e["job"]["name"]) for e in events] == [
        ("START", "shop", "desirelines.run"),
        ("START", "shop", "desirelines.cut"),
        ("COMPLETE", "shop", "desirelines.cut"),
        ("COMPLETE", "shop", "desirelines.run"),
    ]
    whole, _, end, _ = events
    assert end["run"]["facets"]["parent"]["run"]["runId"] == whole["run"]["runId"]
    assert end["run"]["runId"] == events[1]["run"]["runId"] != whole["run"]["runId"]
    assert [(d["namespace"], d["name"]) for d in end["inputs"]] == [
        ("file", str(tmp_path / "tables" / "events"))
    ]
    (output,) = end["outputs"]
    assert output["name"] == str(tmp_path / "tables" / "sessions")
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 7
    fields = output["facets"]["schema"]["fields"]
    assert [f["name"] for f in fields] == SESSIONS.column_names
    assert whole["eventTime"] == NOW.isoformat()


def test_a_failure_shows_our_own_messages_and_of_others_the_kind(run, sent):
    with pytest.raises(ValueError, match="a cell"):
        execute(Stage("other", fail), run)
    with pytest.raises(GateError):
        execute(Stage("own", lambda run: (_ for _ in ()).throw(GateError("no room"))), run)
    messages = [
        e["run"]["facets"]["errorMessage"]["message"] for e in sent() if e["eventType"] == "FAIL"
    ]
    assert messages == ["ValueError", "no room"]


def test_a_collector_that_cannot_be_reached_stops_no_run_and_is_told_once(run, monkeypatch, caplog):
    caplog.set_level("INFO", "desirelines")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "http")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__RETRY", json.dumps({"total": 0}))
    for _ in range(2):
        assert execute(Stage("cut", lambda run: StageReport(7)), run).rows == 7
    assert caplog.text.count("lineage: no event could be sent") == 1


def test_off_by_default_and_without_the_package_an_error_says_what_to_do(monkeypatch):
    assert lineage_client(Settings().lineage) is None
    monkeypatch.setitem(__import__("sys").modules, "openlineage.client", None)
    with pytest.raises(MachineError, match=r"pip install 'desirelines\[lineage\]'"):
        lineage_client(Lineage(enabled=True))


@pytest.mark.parametrize(
    ("address", "namespace", "name"),
    [
        ("/data/shop/events", "file", "/data/shop/events"),
        ("file:///data/events", "file", "/data/events"),
        ("s3a://lake/shop/events", "s3a://lake", "shop/events"),
        ("main.raw.events", "catalog", "main.raw.events"),
    ],
)
def test_datasets_are_named_by_their_address(address, namespace, name):
    assert dataset_at(address) == Dataset(namespace, name)
