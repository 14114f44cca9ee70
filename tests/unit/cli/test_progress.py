"""Progress on standard error: plain lines, or JSON on request."""

import json

import pytest

from desirelines.cli.progress import JsonProgress, PlainProgress, TerminalProgress, progress_for


def told(progress):
    progress.begin("ingest-events")
    progress.say("shop: 1,200 rows\x1b")
    progress.end("ingest-events", 1200, 2.345, "2 batches")
    progress.end("publish", 0, 0.04, "")


def test_plain_lines_have_no_escapes_of_terminals(capsys):
    told(PlainProgress())
    assert capsys.readouterr().err.splitlines() == [
        "ingest-events …",
        "  shop: 1,200 rows\\x1b",
        "ingest-events: 1,200 rows in 2.3 s (2 batches)",
        "publish: 0 rows in 0.0 s",
    ]


def test_json_lines_tell_run_and_moment(capsys):
    told(JsonProgress("r1"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert all(line.pop("ts") > 1_700_000_000 for line in lines)
    assert {(line.pop("level"), line.pop("run_id")) for line in lines} == {("INFO", "r1")}
    assert lines == [
        {"event": "begin", "stage": "ingest-events"},
        {"event": "note", "message": "shop: 1,200 rows\x1b"},
        {
            "event": "end", "stage": "ingest-events", "rows": 1200, "seconds": 2.345,
            "message": "2 batches",
        },
        {"event": "end", "stage": "publish", "rows": 0, "seconds": 0.04, "message": ""},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("log_format", "is_terminal", "kind"),
    [
        ("json", True, JsonProgress),
        ("json", False, JsonProgress),
        ("text", True, TerminalProgress),
        ("text", False, PlainProgress),
    ],
)
def test_who_asks_for_json_gets_it_and_a_terminal_shows_what_runs(
    monkeypatch, log_format, is_terminal, kind
):
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal, raising=False)
    assert type(progress_for(log_format, "r1")) is kind
