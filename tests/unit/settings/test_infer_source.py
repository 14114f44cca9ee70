"""A mapping guessed from a few rows."""

import csv
from pathlib import Path

import pytest
import yaml

from desirelines.errors import SettingsError
from desirelines.settings import Source, read_settings
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
    assert (mapping["identity"], mapping["path"]) == ("occurrence", "in: put")


def test_what_is_missing_is_told():
    _, guess = guessed([{"colour": "red"}, {"colour": "blue"}])
    assert guess.missing == ("a time", "an identifier")


def rows_of(**columns):
    """Forty rows; a tuple of values is repeated from its beginning, a text is a pattern of n."""
    return [
        {c: v.format(n=n) if isinstance(v, str) else v[n % len(v)] for c, v in columns.items()}
        for n in range(40)
    ]


DAYS = ("19970101", "19970102", "19970105")
PEOPLE = tuple("abcdefg")


@pytest.mark.parametrize(("rows", "expected"), [
    # a table a day, two equal purchases of which are two purchases
    (rows_of(user_id=PEOPLE, date=DAYS, number_of_cds=("1", "2"), dollar_value=("11.77", "12.0")),
     {"identity": "occurrence", "ids": {"user": "user_id"}, "kinds": {"shop": "purchase"},
      "quantity": "number_of_cds", "amount": "dollar_value"}),
    (rows_of(household_key=PEOPLE, basket_id="{n}", date=DAYS, product_id=("7", "8"),
             quantity=("1", "2"), sales_value=("1.39", ".82")),
     {"identity": "occurrence", "ids": {"customer": "household_key"}, "order_id": "basket_id",
      "item_id": "product_id", "quantity": "quantity", "amount": "sales_value"}),
    (rows_of(household_id=PEOPLE, date=DAYS, spend=("5", "6"), channel=("web", "store")),
     {"identity": "occurrence", "ids": {"customer": "household_id"}, "amount": "spend",
      "channel": "channel", "kinds": {"shop": "purchase"}}),
    # an id of purchases makes copies of one purchase one event
    (rows_of(message_id="m{n}", user_id=PEOPLE, date=DAYS, total=("5", "6")),
     {"identity": "id", "event_id": "message_id", "amount": "total"}),
    # money that nothing is bought with
    (rows_of(user_id=PEOPLE, date=DAYS, event=("view", "zoom"), price=("5", "6")),
     {"identity": "content", "kinds": {"view": "page"}, "amount": "price"}),
    (rows_of(user_id=PEOPLE, date=DAYS, value=("5", "6")), {"identity": "content", "kinds": {}}),
    # the last part of a path means something with the part before it
    (rows_of(**{"id": "{n}", "type": ("fork", "star"), "actor.id": PEOPLE, "repo.id": ("1",),
                "created_at": DAYS}),
     {"event_id": "id", "ids": {"user": "actor.id"}, "event_name": "type"}),
    (rows_of(actor=PEOPLE, verb=("a",), timestamp=DAYS), {"ids": {"user": "actor"}}),
    # an id that repeats is a person's, one that does not is an event's
    (rows_of(uuid=PEOPLE, time=DAYS), {"ids": {"customer": "uuid"}, "identity": "content"}),
    (rows_of(uuid="{n}", login=PEOPLE, time=DAYS), {"event_id": "uuid", "ids": {"user": "login"}}),
    # the name of events is the one that varies
    (rows_of(user=PEOPLE, time=DAYS, event_type=("track",), action=("view", "add", "buy")),
     {"event_name": "action"}),
    (rows_of(user=PEOPLE, time=DAYS, event=("web", "app"), event_name=("view", "add", "buy")),
     {"event_name": "event_name"}),
    (rows_of(user=PEOPLE, time=DAYS, type=("desktop", "mobile", "tablet"), event=("view", "buy")),
     {"event_name": "event"}),
    (rows_of(user=PEOPLE, time=DAYS, event_category=("a1", "b1", "c1", "d1"), action=("x1", "y1")),
     {"event_name": "action"}),
    (rows_of(user=PEOPLE, time=DAYS, event=("track",)), {"event_name": "event"}),
])  # fmt: skip
def test_names_that_people_use_are_recognised(rows, expected):
    mapping, guess = guessed(rows)
    Source.model_validate(mapping)
    assert guess.missing == ()
    found = mapping["columns"] | {k: mapping[k] for k in ("identity", "ids", "kinds")}
    assert {k: found.get(k) for k in expected} == expected


def test_a_table_by_day_is_told_how_a_day_becomes_an_order():
    rows = rows_of(user=PEOPLE, date=DAYS, amount=("5", "6"))
    assert "# order_id: date " in guessed(rows)[1].text
    timed = [row | {"date": "2026-03-01 10:00"} for row in rows]
    assert "order_id" not in guessed(timed)[1].text


@pytest.mark.parametrize(("rows", "mistakes"), [
    (rows_of(colour=("red", "blue"), time=DAYS), ["stream: no", "ids: no"]),
    (rows_of(colour=("red", "blue"), user=PEOPLE), ["columns.occurred_at: is missing"]),
    (rows_of(colour=("red", "blue")), ["columns.occurred_at: is missing", "stream: no", "ids: no"]),
])  # fmt: skip
def test_a_mapping_with_gaps_can_be_read_and_names_them(rows, mistakes, tmp_path):
    (tmp_path / "shop.yaml").write_text(guessed(rows)[1].text)
    (tmp_path / "conf.yaml").write_text("sources: [shop.yaml]")
    with pytest.raises(SettingsError) as error:
        read_settings([tmp_path / "conf.yaml"])
    told = [mistake.split("sources.0.")[1] for mistake in error.value.mistakes]
    assert sorted(told) == sorted(t for t in told if t.startswith(tuple(mistakes)))
    assert len(told) == len(mistakes)


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


def test_events_of_which_some_have_a_price_are_no_purchases():
    rows = [
        {"uid": f"u{n % 2}", "time": f"2026-03-01 10:00:0{n}", "evt.name": name, "price": price}
        for n, (name, price) in enumerate([("open", None), ("buy", "9.5")] * 2)
    ]
    mapping, _ = guessed(rows)
    assert mapping["columns"]["event_name"] == "evt.name"
    assert mapping["kinds"] == {"buy": "purchase", "open": "email_opened"}
    nameless, _ = guessed([{k: v for k, v in row.items() if k != "evt.name"} for row in rows])
    assert (nameless["identity"], nameless["kinds"]) == ("content", {})
