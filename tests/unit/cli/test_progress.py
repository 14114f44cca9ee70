"""Progress is logged by the library and shown by the command line alone."""

import io
import json
import logging
from contextlib import contextmanager

import pytest
from rich.console import Console

from desirelines.cli import main
from desirelines.cli.progress import (
    JsonLines,
    PlainLines,
    Spinner,
    elapsed_text,
    handler_for,
    shown,
)
from desirelines.run.progress import Progress, duration_text


@contextmanager
def shown_by(handler):
    logger = logging.getLogger("desirelines")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield
    logger.setLevel(level)
    logger.removeHandler(handler)
    handler.close()


def a_stage():
    progress = Progress("r1")
    progress.begin("ingest-events")
    progress.say("shop: 7 rows read")
    progress.end("ingest-events", 1234, 5.678, "as of 2026-01-11")


def test_every_record_says_its_run_and_its_event(caplog):
    caplog.set_level("INFO", "desirelines")
    a_stage()
    assert [(r.name, r.levelname, r.run_id, r.event, r.getMessage()) for r in caplog.records] == [
        ("desirelines.run.progress", "INFO", "r1", "begin", "ingest-events …"),
        ("desirelines.run.progress", "INFO", "r1", "note", "shop: 7 rows read"),
        ("desirelines.run.progress", "INFO", "r1", "end",
         "ingest-events: 1,234 rows in 5.7 s (as of 2026-01-11)"),
    ]  # fmt: skip
    end = caplog.records[-1]
    assert (end.stage, end.rows, end.seconds, end.note) == (
        "ingest-events", 1234, 5.678, "as of 2026-01-11",
    )  # fmt: skip


def test_the_begin_says_how_long_it_took_the_last_time_and_what_follows(caplog):
    caplog.set_level("INFO", "desirelines")
    progress = Progress("r1")
    progress.begin("build-paths", 24.6)
    progress.begin("fit-clusters", 24.6, 131.0)
    assert [(r.getMessage(), r.seconds_before) for r in caplog.records] == [
        ("build-paths … (took 25 s the last time)", 24.6),
        ("fit-clusters … (took 25 s the last time, 2 min with all that follow)", 24.6),
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (99.4, "99 s"), (150, "2 min"), (7200, "2.0 h")]
)
def test_times_are_told_as_people_say_them(seconds, text):
    assert duration_text(seconds) == text


def test_without_a_command_line_nothing_is_shown(capfd):
    a_stage()
    assert capfd.readouterr() == ("", "")


def test_plain_lines(capsys):
    with shown():
        a_stage()
    assert capsys.readouterr() == (
        "",
        "ingest-events …\n"
        "  shop: 7 rows read\n"
        "ingest-events: 1,234 rows in 5.7 s (as of 2026-01-11)\n",
    )


def test_lines_have_no_escapes_of_terminals(capsys):
    with shown():
        Progress("r1").say("shop: 1,200 rows\x1b")
    assert capsys.readouterr().err == "  shop: 1,200 rows\\x1b\n"


@pytest.mark.parametrize(
    ("log_format", "is_terminal", "shows"),
    [
        ("json", True, JsonLines),
        ("json", False, JsonLines),
        ("text", True, Spinner),
        ("text", False, PlainLines),
    ],
)
def test_who_asks_for_json_gets_it_and_a_terminal_shows_what_runs(
    monkeypatch, log_format, is_terminal, shows
):
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal, raising=False)
    handler = handler_for(log_format)
    assert shows in (type(handler), type(handler.formatter))


def test_json_lines(capsys):
    with shown("json"):
        a_stage()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert all(isinstance(line.pop("ts"), float) for line in lines)
    same = {"level": "INFO", "run_id": "r1"}
    assert lines == [
        same | {"message": "ingest-events …", "event": "begin", "stage": "ingest-events"},
        same | {"message": "shop: 7 rows read", "event": "note"},
        same | {
            "message": "ingest-events: 1,234 rows in 5.7 s (as of 2026-01-11)", "event": "end",
            "stage": "ingest-events", "rows": 1234, "seconds": 5.678, "note": "as of 2026-01-11",
        },
    ]  # fmt: skip


def test_json_says_how_long_a_stage_took_before(capsys):
    with shown("json"):
        Progress("r1").begin("build-paths", 24.6)
    assert json.loads(capsys.readouterr().err)["seconds_before"] == 24.6


def test_a_terminal_keeps_ends_errors_and_notes_outside_a_stage(monkeypatch):
    screen = io.StringIO()
    spinner = Spinner(Console(file=screen, width=100))
    monkeypatch.setattr("desirelines.cli.progress.handler_for", lambda _: spinner)
    with shown():
        Progress("check").say("keys of sessions")
        a_stage()
        Progress("r1").begin("publish")
        logging.getLogger("desirelines.cli.app").error("a check failed")
    assert screen.getvalue().splitlines() == [
        "  keys of sessions",
        "✓ ingest-events               1,234 rows     5.7 s  as of 2026-01-11",
        "desirelines: a check failed",
    ]


@pytest.mark.parametrize(
    ("seconds", "before", "text"),
    [
        (12.0, None, "12 s"),
        (12.0, 30.0, "12 s, 40%, 18 s left by the last time"),
        (0.0, 30.0, "1 s, 0%, 30 s left by the last time"),
        (31.0, 30.0, "31 s, longer than the last time (30 s)"),
    ],
)
def test_a_live_line_says_how_much_is_done_if_it_takes_as_long_as_before(seconds, before, text):
    assert elapsed_text(seconds, before) == text


def test_the_live_line_is_of_the_running_stage():
    spinner = Spinner(Console(file=io.StringIO(), width=100, force_terminal=True))
    progress = Progress("r1")
    with shown_by(spinner):
        progress.begin("build-paths", 24.6)
        progress.say("7 patterns")
        (task,) = spinner._live.tasks
        assert (task.description, task.fields) == (
            "build-paths", {"note": "7 patterns", "before": 24.6},
        )  # fmt: skip
        progress.end("build-paths", 7, 20.0, "")
        assert spinner._live is None


def test_a_command_leaves_logging_as_it_was(capsys):
    logger = logging.getLogger("desirelines")
    before = (logger.level, list(logger.handlers), list(logging.getLogger().handlers))
    assert main(["run", "--conf", "/nowhere.yaml"]) == 2
    assert capsys.readouterr().err.startswith("desirelines: /nowhere.yaml: cannot be read")
    assert (logger.level, logger.handlers, logging.getLogger().handlers) == before


def test_a_handler_of_the_cluster_gets_the_records_too(caplog, capsys):
    assert main(["run", "--conf", "/nowhere.yaml"]) == 2
    assert [(r.name, r.levelname) for r in caplog.records] == [("desirelines.cli.app", "ERROR")]
