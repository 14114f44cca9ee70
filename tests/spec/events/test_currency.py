"""Money in the reporting currency: by the rate of the day, or not at all."""

from decimal import Decimal

from pyspark.sql import functions as F

from desirelines.events.currency import with_reporting_currency
from desirelines.settings import Settings
from desirelines.tables import RATE
from tests.support.sources import mapped, source
from tests.support.tables import table

RATES = """
    currency | from_on    | rate
    USD      | 2026-02-27 | 0.92
    USD      | 2026-03-02 | 0.95
    JPY      | 2026-03-01 | 0.00612345
"""  # a Friday and the Monday after it


def site(**rates):
    return Settings.model_validate(
        {"site": {"currency": "EUR", "rates": {"path": "x.csv", "carry_days": 4, **rates}}}
    ).site


def priced(spark, text, **rates):
    of = source(
        columns={
            "occurred_at": "t",
            "event_name": "e",
            "event_id": "id",
            "amount": "paid",
            "discount": "off",
            "currency": "in",
        }
    )
    table_of_rates = table(spark, RATES).withColumn("rate", F.col("rate").cast(RATE))
    rows = with_reporting_currency(mapped(spark, text, of), table_of_rates, site(**rates))
    return {r["given_id"]: r for r in rows.collect()}


def test_what_was_paid_is_converted_by_the_rate_of_its_day(spark):
    got = priced(spark, """
        id | c | u | t                    | e    | paid   | off | in  | expected
        1  | x |   | 2026-03-01T23:59:59Z | buy  | 10.00  | 1   | USD | Sunday: Friday's rate
        2  | x |   | 2026-03-02T00:00:00Z | buy  | 10.00  |     | usd | Monday's
        3  | x |   | 2026-03-01T10:00:00Z | buy  | 10.00  | 1   | EUR | as it is
        4  | x |   | 2026-03-01T10:00:00Z | buy  | 7      |     |     | the site's by default
        5  | x |   | 2026-03-01T10:00:00Z | buy  | 12345  |     | JPY | 75.59399... rounded half up
        6  | x |   | 2026-03-01T10:00:00Z | buy  | -10.00 |     | USD | given back
        7  | x |   | 2026-03-01T10:00:00Z | look |        |     | USD | no money moved
    """)  # fmt: skip
    assert {
        n: (r["amount"], r["discount"], r["rate"], r["given_currency"]) for n, r in got.items()
    } == {
        "1": (Decimal("9.2000"), Decimal("0.9200"), Decimal("0.92"), "USD"),
        "2": (Decimal("9.5000"), None, Decimal("0.95"), "USD"),
        "3": (Decimal("10.0000"), Decimal("1.0000"), Decimal(1), "EUR"),
        "4": (Decimal("7.0000"), None, Decimal(1), "EUR"),
        "5": (Decimal("75.5940"), None, Decimal("0.00612345"), "JPY"),
        "6": (Decimal("-9.2000"), None, Decimal("0.92"), "USD"),
        "7": (None, None, None, "USD"),
    }
    assert {r["currency"] for r in got.values()} == {"EUR"}
    assert not [r for r in got.values() if r["reasons"]]


def test_without_a_rate_nothing_is_guessed(spark):
    got = priced(spark, """
        id | c | u | t                    | e    | paid           | off | in  | expected
        1  | x |   | 2026-02-26T23:59:59Z | buy  | 10.00          |     | USD | before the first
        2  | x |   | 2026-03-06T23:59:59Z | buy  | 10.00          |     | USD | carried four days
        3  | x |   | 2026-03-07T00:00:00Z | buy  | 10.00          |     | USD | five
        4  | x |   | 2026-03-02T10:00:00Z | buy  |                | 1   | CHF | never one
        5  | x |   | 2026-03-02T10:00:00Z | look |                |     | CHF | no money
        6  | x |   | yesterday            | buy  | 10.00          |     | USD | no day
        7  | x |   | 2026-03-02T10:00:00Z | buy  | 10.00          |     | €   | a sign, no code
        8  | x |   | 2026-03-02T10:00:00Z | buy  | 10.00          |     | 978 | nor this
        9  | x |   | 2026-03-02T10:00:00Z | buy  | 10.00          |     | N/A | none: the site's
    """)  # fmt: skip
    no_code = "currency: not a code of ISO 4217, such as EUR"
    none = "currency: no rate to EUR on its day"
    assert {n: r["reasons"] for n, r in got.items()} == {
        "1": [none], "2": [], "3": [none], "4": [none], "5": [],
        "6": ["occurred_at: not a time", none], "7": [no_code], "8": [no_code], "9": [],
    }  # fmt: skip


def test_what_no_longer_fits_is_held_back(spark):
    of = source(
        columns={
            "occurred_at": "t",
            "event_name": "e",
            "event_id": "id",
            "amount": "paid",
            "currency": "in",
        }
    )
    rows = mapped(spark, """
        id | c | u | t                    | e   | paid           | in
        1  | x |   | 2026-03-01T10:00:00Z | buy | 90000000000000 | KWD
    """, of)  # fmt: skip
    rates = table(spark, "currency | from_on | rate\nKWD | 2026-03-01 | 3.2").withColumn(
        "rate", F.col("rate").cast(RATE)
    )
    assert with_reporting_currency(rows, rates, site()).collect()[0]["reasons"] == [
        "amount: too large in EUR"
    ]


def test_a_corrected_rate_makes_no_conflict_of_a_redelivery(spark):
    text = """
        id | c | u | t                    | e   | paid | in
        1  | x |   | 2026-03-01T10:00:00Z | buy | 10   | USD
    """
    of = source(
        columns={
            "occurred_at": "t",
            "event_name": "e",
            "event_id": "id",
            "amount": "paid",
            "currency": "in",
        }
    )
    got = []
    for rate in ("0.90", "0.91"):
        rates = table(spark, f"currency | from_on | rate\nUSD | 2026-03-01 | {rate}")
        rates = rates.withColumn("rate", F.col("rate").cast(RATE))
        got.append(with_reporting_currency(mapped(spark, text, of), rates, site()).collect()[0])
    assert got[0]["content_digest"] == got[1]["content_digest"]
    assert [r["amount"] for r in got] == [Decimal("9.0000"), Decimal("9.1000")]


def test_an_amount_that_no_sum_could_hold_is_held_back_and_costs_a_visit_only_its_amount(spark):
    got = priced(spark, """
        id | c | u | t                    | e    | paid           | off           | in
        1  | x |   | 2026-03-01T10:00:00Z | buy  | 60000000000000 |               | EUR
        2  | x |   | 2026-03-01T10:00:00Z | buy  | 9999999999.99  | 1             | EUR
        3  | x |   | 2026-03-01T10:00:00Z | buy  | -10000000000   | 60000000000   | EUR
        4  | x |   | 2026-03-01T10:00:00Z | look | 60000000000000 | 1             | EUR
        5  | x |   | 2026-03-01T10:00:00Z | look | 10             |               | CHF
    """)  # fmt: skip
    assert {n: (r["amount"], r["discount"], r["reasons"]) for n, r in got.items()} == {
        "1": (None, None, ["amount: too large in EUR"]),
        "2": (Decimal("9999999999.9900"), Decimal("1.0000"), []),
        "3": (None, None, ["amount: too large in EUR", "discount: too large in EUR"]),
        "4": (None, Decimal("1.0000"), []),
        "5": (None, None, []),
    }
