"""The notebooks, on the tables of two runs: as scripts, with widgets, and what they show."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from desirelines import tables
from tests.support import published

pytestmark = pytest.mark.integration
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))


@pytest.fixture
def shop(published_shop, secret_files, monkeypatch):
    secrets = [f"  {name}_file: {file}\n" for name, file in secret_files.items()]
    with (published_shop / "conf.yaml").open("a") as conf:
        conf.write("secrets:\n" + "".join(secrets))
    monkeypatch.setenv("DESIRELINES_CONF", str(published_shop / "conf.yaml"))
    request = published_shop / "request.txt"
    request.write_text("user:user7\n")
    monkeypatch.setenv("DESIRELINES_REQUEST", str(request))
    return published_shop


def run(name, **given):
    (notebook,) = [n for n in NOTEBOOKS if n.stem.startswith(name)]
    assert notebook.read_text().startswith("# Databricks notebook source\n# MAGIC %md\n")
    return runpy.run_path(str(notebook), init_globals=given)


def test_all_seven_are_there():
    assert [n.stem[:2] for n in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06", "07"]


def test_one_person_is_followed_from_raw_events_to_their_segments(shop, capsys):
    seen = run("01")
    events, sessions = seen["events"].collect(), seen["sessions"].collect()
    assert sum(s["event_count"] for s in sessions) == len(events) > 0
    printed = capsys.readouterr().out
    for segment in seen["reasons"].segments:
        assert f"{segment.name} since {segment.since}" in printed


def test_the_segments_are_read_by_sql_and_without_spark(shop):
    seen = run("02")
    members = seen["current"].count()
    assert sum(row["people"] for row in seen["sizes"].collect()) == members
    assert seen["table"].to_pyarrow_table().num_rows == members
    assert seen["difference"].before == "first"
    assert seen["difference"].now == "second"


def test_the_trials_of_the_newest_run_are_shown(shop, spark):
    trials = run("03")["trials"].collect()
    of_runs = published.read(spark, shop, tables.CLUSTER_TRIALS).filter("run_id = 'second'")
    assert len(trials) == of_runs.count() > 0
    assert sum(t["is_kept"] for t in trials) == 1


def test_paths_are_those_of_the_newest_run(shop):
    seen = run("04")
    assert {row["run_id"] for row in seen["edges"].select("run_id").collect()} == {"second"}
    assert seen["edges"].filter("segment_id = 'all'").count() > 0


def test_nothing_is_erased_before_it_is_asked_for_and_then_it_is_proven(shop, monkeypatch):
    seen = run("05")
    assert seen["states"] == ()
    assert seen["left"] == sum(seen["plan"].row_counts.values()) > 0
    monkeypatch.setenv("DESIRELINES_ERASE", "yes")
    seen = run("05")
    assert [state.state for state in seen["states"]] == ["closed"]
    assert (seen["checked"].receipts, seen["checked"].faults, seen["left"]) == (1, (), 0)


def test_a_feature_and_a_rule_are_tried_and_nothing_is_written(shop, spark):
    before = {
        t.name: published.read(spark, shop, t).count() for t in (tables.RUNS, tables.FEATURES)
    }
    seen = run("06")
    people = published.read(spark, shop, tables.FEATURES).filter("run_id = 'second'").count()
    assert seen["values"].count() == people
    (preview,) = seen["previews"]
    assert (preview.segment_id, preview.of_people) == ("regular_visitors", people)
    after = {t.name: published.read(spark, shop, t).count() for t in (tables.RUNS, tables.FEATURES)}
    assert after == before


def test_what_a_privacy_officer_checks_is_good(shop, capsys):
    seen = run("07")
    assert all(finding.is_ok for finding in seen["findings"])
    assert seen["checked"].faults == ()
    printed = capsys.readouterr().out
    assert "segment_members: " in printed
    assert "user7" not in printed


def test_on_a_platform_with_widgets_they_decide(shop, monkeypatch):
    conf = str(shop / "conf.yaml")
    monkeypatch.delenv("DESIRELINES_CONF")
    asked = {}
    widgets = SimpleNamespace(
        text=lambda name, default, label: asked.update({name: default}), get={"conf": conf}.get
    )
    seen = run("03", dbutils=SimpleNamespace(widgets=widgets))
    assert asked == {"conf": "desirelines.yaml"}
    assert seen["conf"] == conf
