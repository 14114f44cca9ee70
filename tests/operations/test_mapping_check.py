"""What `check` says about a mapping, from the first rows of its source."""

import json

import pytest

from desirelines.errors import GateError
from desirelines.io.tables.store import Warehouse
from desirelines.operations.deep_check import Note
from desirelines.operations.mapping_check import mapping_fit, sample_outcome
from desirelines.settings import Settings

ROWS = [
    {"at": f"2026-01-0{1 + n % 9}T10:00:00Z", "who": f"u{n % 9}", "event": "buy", "n": n,
     "context": {"page": "/cart"}, "money": "5.00", "currency": "USD", "coupon": "x"}
    for n in range(40)
]  # fmt: skip
MAPPING = {
    "name": "shop", "format": "json", "identity": "content", "stream": ["user"],
    "columns": {"occurred_at": "at", "event_name": "event", "page": "context.page",
                "amount": "money", "currency": "currency", "item_id": "n"},
    "ids": {"user": "who"}, "kinds": {"buy": "purchase"}, "properties": ["coupon"],
}  # fmt: skip
SITE = {"currency": "USD"}


@pytest.fixture
def fit(spark, tmp_path):
    """The source and the settings of a mapping with changes, over rows with changes."""

    def prepared(mapping, change=lambda n, row: row, **settings):
        rows = [change(n, dict(row)) for n, row in enumerate(ROWS)]
        (tmp_path / "in.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
        source = MAPPING | {"path": str(tmp_path / "in.json")} | mapping
        loaded = Settings.model_validate(
            {"site": SITE, "sources": [source], "warehouse": {"path": str(tmp_path / "w")}}
            | settings
        )
        return Warehouse(spark, loaded.warehouse), loaded, loaded.sources[0]

    return prepared


def few(reason, **changes):
    """A change of every tenth row."""
    return lambda n, row: row | changes if n % 10 == 0 else row


@pytest.mark.parametrize(("change", "mapping", "settings", "expected"), [
    (few("old", at="1999-01-01T10:00:00Z"), {}, {}, "ingest.floor_date"),
    (few("foreign", currency="JPY"), {}, {}, "site.rates"),
    (few("ahead", at="2999-01-01T10:00:00Z"), {}, {}, "ingest.future_minutes"),
    (few("no time", at="soon"), {}, {}, "pattern of columns.occurred_at"),
    (few("nobody", who="(not set)"), {}, {}, "identity.junk_values"),
    (few("copy", at="2026-01-01T10:00:00Z", who="u1", n=1), {}, {}, "identity: occurrence"),
    (few("no number", money="five"), {}, {}, "fix the columns"),
    # 1 of 40 rows is not worth a look
    (lambda n, row: row | {"at": "1999-01-01T10:00:00Z"} if n == 1 else row, {}, {}, None),
    # what is not about money loses only its amount
    (few("foreign", currency="JPY"), {"kinds": {"buy": "product_view"}}, {}, None),
])  # fmt: skip
def test_losses_worth_a_look_name_what_mends_them(fit, change, mapping, settings, expected):
    message = mapping_fit(*fit(mapping, change, **settings))
    assert isinstance(message, Note) == (expected is not None), message
    if expected is not None:
        assert expected in message.split("would not be used: ")[1]


def test_a_mapping_that_loses_most_rows_fails_and_names_what_mends_it(fit):
    with pytest.raises(GateError, match=r"does not fit .* To mend it: lower ingest\.floor_date"):
        mapping_fit(*fit({}, lambda n, row: row | {"at": "1997-01-01T10:00:00Z"}))


@pytest.mark.parametrize(("mapping", "expected"), [
    ({}, None),
    ({"columns": MAPPING["columns"] | {"page": "contxt.page"}}, "columns.page (contxt.page)"),
    ({"columns": MAPPING["columns"] | {"currency": "curency"}}, "columns.currency (curency)"),
    ({"columns": MAPPING["columns"] | {"received_at": "server"}}, "columns.received_at (server)"),
    ({"columns": MAPPING["columns"] | {"event_id": "id"}, "identity": "id"},
     "columns.event_id (id)"),
    ({"ids": {"user": "who", "email": "mail"}}, "ids.email (mail)"),
    ({"alias": "before"}, "alias (before)"),
    ({"properties": ["coupon", "cupon"]}, "properties.cupon"),
    ({"kinds": {"buy": "purchase", "refnd": "refund"}}, "names in `kinds` that no row has: refnd"),
    ({"kinds": {f"n{n}": "page" for n in range(70)} | {"buy": "purchase"}}, "n0, n1, n2"),
])  # fmt: skip
def test_what_never_matches_is_named(fit, mapping, expected):
    message = mapping_fit(*fit(mapping))
    assert isinstance(message, Note) == (expected is not None), message
    assert expected is None or expected in message


def test_rows_are_counted_once_whatever_speaks_against_them(fit):
    outcome = sample_outcome(*fit({}, few("two", at="soon", money="five")))
    assert (outcome.rows, outcome.fates) == (40, {"used": 36, "quarantined": 4})
    assert outcome.reasons == {"occurred_at: not a time": 4, "amount: not a number": 4}
