"""A mapping guessed from a few rows."""

import csv
from pathlib import Path

import pytest
import yaml

from desirelines.settings import Source
from desirelines.settings.infer_source import guess_mapping, time_pattern

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def guessed(rows, **changes):
    guess = guess_mapping(
        rows, **{"name": "shop", "format": "csv", "where": ("path", "in: put")} | changes
    )
    return yaml.safe_load(guess.text), guess


@pytest.mark.parametrize(("name", "expected"), {
    "rudderstack-tracks": {
        "stream": ["cookie", "user", "email"],
        "occurred_at": "original_timestamp", "received_at": "received_at",
        "sent_at": "sent_at", "event_name": "event", "event_id": "id", "amount": "revenue",
        "order_id": "order_id"},
    "snowplow-canonical": {
        "stream": ["cookie", "user"],
        "occurred_at": "derived_tstamp", "received_at": "collector_tstamp",
        "event_name": "event_name", "event_id": "event_id", "amount": "tr_total",
        "user_agent": "useragent"},
    "support-tickets": {"stream": ["customer", "email"], "occurred_at": "created_at",
                        "event_name": {"value": "shop"}, "event_id": "ticket_id"},
    "wide-table": {"stream": ["device", "customer", "email"], "occurred_at": "occurred_at",
                   "event_name": "event_name", "quantity": "quantity"},
    "nps-survey": {"stream": ["customer", "email"], "occurred_at": "answered_at",
                   "event_id": "response_id", "score": "score"},
}.items())  # fmt: skip
def test_what_people_have_is_recognised(name, expected):
    with (SAMPLES / f"{name}.csv").open() as file:
        rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]
    mapping, guess = guessed(rows)
    Source.model_validate(mapping)
    assert guess.missing == ()
    found = mapping["columns"] | {"stream": mapping["stream"]}
    assert {k: found.get(k) for k in expected} == expected
    values = {
        v
        for row in rows
        for k, v in row.items()
        if v and k != mapping["columns"]["event_name"] and len(v) > 4
    }
    words = {w for line in guess.text.splitlines()[1:] for w in line.split()}
    assert not values & (words - {*rows[0]})  # columns and event names only


def test_names_of_people_are_no_names_of_events():
    rows = [
        {"name": f"Person {n}", "email": f"p{n}@example.com", "when": f"2026-03-01 10:00:{n:02}"}
        for n in range(40)
    ]
    mapping, guess = guessed(rows)
    assert mapping["columns"] == {"occurred_at": "when", "event_name": {"value": "shop"}}
    assert "Person" not in guess.text


def test_a_name_that_repeats_itself_is_one_and_its_kinds_are_guessed():
    names = ["view", "Add to basket", "buy", "returned", "zzz"]
    rows = [
        {"name": names[n % 5], "user_id": str(n % 7), "ts": str(1_772_000_000 + n), "price": "3.5"}
        for n in range(40)
    ]
    mapping, _ = guessed(rows)
    assert mapping["columns"] == {
        "occurred_at": {"column": "ts", "pattern": "epoch_seconds"}, "event_name": "name",
        "amount": "price",
    }  # fmt: skip
    assert mapping["kinds"] == {
        "view": "page",
        "Add to basket": "cart_add",
        "buy": "purchase",
        "returned": "refund",
    }
    assert (mapping["identity"], mapping["path"]) == ("content", "in: put")


def test_what_is_missing_is_told():
    _, guess = guessed([{"colour": "red"}, {"colour": "blue"}])
    assert guess.missing == ("a time", "an identifier")


@pytest.mark.parametrize(("values", "expected"), [
    (["2026-03-01T10:00:00Z", "2026-03-01 10:00:00+01:00", "2026-03-01"], ""),
    (["1772000000", "1772000001"], "epoch_seconds"),
    (["1772000000000", "1772000001000"], "epoch_millis"),
    (["1772000000000000"], "epoch_micros"),
    (["1/3/2026 9:05", "31/12/2026 23:05"], "d/M/yyyy H:mm"),
    (["1/3/2026 9:05", "12/31/2026 23:05"], "M/d/yyyy H:mm"),
    (["01.03.2026 09:05"], "d.M.yyyy H:mm"),
    (["20260301"], "yyyyMMdd"),
    (["2026-03-01T10:00:00Z", "soon", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"], ""),
    (["5", "17"], None), (["red"], None), ([], None),
])  # fmt: skip
def test_how_a_time_is_written(values, expected):
    assert time_pattern(values) == expected
