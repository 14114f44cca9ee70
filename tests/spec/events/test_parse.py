"""From a raw row to the event model, and every reason against it."""

from pyspark.sql import functions as F

from desirelines.columns.keys import key_of, secret_pads
from desirelines.events.parse import consent_column, page_path, to_mapped_events
from desirelines.io.sources.readers import as_raw
from desirelines.settings import Settings
from tests.support.sources import READ_AT, SECRET, mapped, source
from tests.support.tables import table


def test_every_reason_against_a_row_is_told(spark):
    rows = mapped(spark, """
        id | c    | u    | t                    | e    | paid  | expected
        1  | x    |      | 2026-03-01T10:00:00Z | buy  | 3.50  |
        2  | null |      | 2026-03-01T10:00:00Z | buy  |       | stream: no identifier
        3  | 000  | unknown | 2026-03-01T10:00:00Z | look |    | stream: no identifier
        4  | x    |      | yesterday            |      | three | occurred_at, amount, event_name
        5  | x    |      |                      | look |       | occurred_at: missing
        6  | x    |      | 2026-02-30T10:00:00Z | look |       | occurred_at: not a time
        7  | x    |      | 2026-03-11T02:00:00Z | look |       | occurred_at: in the future
        8  | x    |      | 1999-12-31T23:59:59Z | look |       | occurred_at: before 2000-01-01
    """, source())  # fmt: skip
    got = {
        r["given_id"]: "; ".join(r["reasons"]) for r in rows.select("given_id", "reasons").collect()
    }
    assert got == {
        "1": "",
        "2": "stream: no identifier of type cookie, user",
        "3": "stream: no identifier of type cookie, user",
        "4": "occurred_at: not a time; amount: not a number; event_name: missing",
        "5": "occurred_at: missing",
        "6": "occurred_at: not a time",
        "7": "occurred_at: in the future",
        "8": "occurred_at: before 2000-01-01",
    }


def test_identifiers_become_the_keys_that_python_makes(spark):
    of = source(ids={"cookie": "c", "user": "u", "email": "m"})
    rows = mapped(spark, """
        id | c    | u   | m               | t                    | e    | paid
        1  | x    | Ann | Ann@Example.com | 2026-03-01T10:00:00Z | look |
        2  |      | Ann | ' '             | 2026-03-01T10:00:00Z | look |
    """, of).orderBy("given_id").collect()  # fmt: skip
    assert rows[0]["stream_id"] == key_of(SECRET, "cookie", "x")
    assert (
        rows[0]["user_key"]
        == rows[1]["user_key"]
        == rows[1]["stream_id"]
        == key_of(SECRET, "user", "Ann")
    )
    assert rows[0]["key_email"] == key_of(SECRET, "email", " ann@example.COM ", caseless=True)
    assert key_of(SECRET, "user", "x") != key_of(SECRET, "cookie", "x")


def test_no_plan_holds_the_secret(spark):
    rows = mapped(
        spark, "id | c | u | t | e | paid\n1 | x | | 2026-03-01T10:00:00Z | look |", source()
    )
    plan = rows._jdf.queryExecution().toString()
    assert "HashAggregate" not in plan
    assert SECRET.decode() not in plan
    assert SECRET.hex() not in plan.lower()
    padded = bytes(b ^ 0x36 for b in SECRET.ljust(64, b"\0")).hex()
    assert padded[:32] not in plan.lower()


def test_times_without_a_zone_are_in_the_zone_of_the_source_and_others_are_what_they_say(spark):
    of = source(time_zone="Europe/Berlin")
    rows = mapped(spark, """
        id | c | u | t                         | e    | paid | expected_at
        1  | x |   | 2026-01-15 12:00:00       | look |      | 2026-01-15 11:00:00
        2  | x |   | 2025-07-15 12:00:00       | look |      | 2025-07-15 10:00:00
        3  | x |   | 2026-01-15T12:00:00Z      | look |      | 2026-01-15 12:00:00
        4  | x |   | 2026-01-15T12:00:00-05:00 | look |      | 2026-01-15 17:00:00
        5  | x |   | 2026-01-15T12:00:00.25    | look |      | 2026-01-15 11:00:00.25
    """, of).select("given_id", "occurred_at").orderBy("given_id")  # fmt: skip
    got = [
        str(r["t"])
        for r in rows.select(
            F.date_format("occurred_at", "yyyy-MM-dd HH:mm:ss.SS").alias("t")
        ).collect()
    ]
    assert got == [
        "2026-01-15 11:00:00.00", "2025-07-15 10:00:00.00", "2026-01-15 12:00:00.00",
        "2026-01-15 17:00:00.00", "2026-01-15 11:00:00.25",
    ]  # fmt: skip


def test_patterns_and_epochs(spark):
    rows = []
    for pattern, text in (
        ("dd.MM.yyyy HH:mm", "15.01.2026 12:00"),
        ("epoch_seconds", "1768478400"),
        ("epoch_millis", "1768478400000"),
    ):
        of = source(columns={"occurred_at": {"column": "t", "pattern": pattern}, "event_name": "e"})
        rows += (
            mapped(spark, f"id | c | u | t | e\n1 | x | | {text} | look", of)
            .select(F.unix_seconds("occurred_at"))
            .collect()
        )
    assert [r[0] for r in rows] == [1768478400] * 3


def test_a_wrong_clock_is_corrected_and_the_way_of_a_message_is_not(spark):
    of = source(
        columns={
            "occurred_at": "t",
            "event_name": "e",
            "event_id": "id",
            "sent_at": "s",
            "received_at": "r",
        }
    )
    rows = mapped(spark, """
        id | c | u | t                    | s                    | r                    | e
        1  | x |   | 2025-03-01T10:00:00Z | 2025-03-01T10:00:05Z | 2026-03-01T10:00:05Z | look
        2  | x |   | 2026-03-01T10:00:00Z |                      | 2026-03-01T10:00:05Z | look
        3  | x |   | 2026-03-01T10:00:00Z | 2026-03-01T10:00:01Z | 2026-03-01T10:00:31Z | look
        4  | x |   | 2026-03-01T10:00:00Z | 2026-03-01T10:00:01Z | 2026-03-01T10:30:01Z | look
        5  | x |   | 2026-03-01T10:00:00Z | 2026-03-01T10:00:01Z | 2026-03-01T10:30:02Z | look
        6  | x |   | 2026-03-01T11:00:00Z | 2026-03-01T11:00:01Z | 2026-03-01T10:00:01Z | look
    """, of)  # fmt: skip
    clock = F.date_format("occurred_at", "yyyy-MM-dd HH:mm:ss").alias("t")
    assert [r["t"] for r in rows.orderBy("given_id").select(clock).collect()] == [
        "2026-03-01 10:00:00",  # a year behind
        "2026-03-01 10:00:00",  # no time of sending
        "2026-03-01 10:00:00",  # half a minute on its way
        "2026-03-01 10:00:00",  # half an hour
        "2026-03-01 10:30:01",  # longer: the clock is wrong
        "2026-03-01 10:00:00",  # an hour ahead
    ]


def test_a_word_for_nothing_is_no_order_number(spark):
    of = source(columns={"occurred_at": "t", "event_name": "e", "event_id": "id", "order_id": "o"})
    rows = mapped(spark, """
        id | c | u | t                    | e   | o
        1  | x |   | 2026-03-01T10:00:00Z | buy | A-7
        2  | x |   | 2026-03-01T10:00:00Z | buy | (not set)
        3  | x |   | 2026-03-01T10:00:00Z | buy | null
        4  | x |   | 2026-03-01T10:00:00Z | buy | 1234.0
    """, of)  # fmt: skip
    got = [r["order_id"] for r in rows.orderBy("given_id").collect()]
    assert got == ["A-7", None, None, "1234"]


def test_late_is_by_more_than_the_limit_and_only_with_a_received_time(spark):
    of = source(
        columns={"occurred_at": "t", "event_name": "e", "event_id": "id", "received_at": "r"}
    )
    rows = mapped(spark, """
        id | c | u | t                    | r                    | e    | expected
        1  | x |   | 2026-02-01T10:00:00Z | 2026-02-08T10:00:00Z | look | false
        2  | x |   | 2026-02-01T10:00:00Z | 2026-02-08T10:00:01Z | look | true
        3  | x |   | 2026-02-01T10:00:00Z |                      | look | false
    """, of)  # fmt: skip
    assert [r["is_late"] for r in rows.orderBy("given_id").collect()] == [False, True, False]


def test_product_of_columns_is_exact_money(spark):
    of = source(columns={"occurred_at": "t", "event_name": "e", "amount": {"product": ["n", "p"]}})
    rows = mapped(spark, """
        c | u | t                    | e   | n  | p     | expected
        x |   | 2026-03-01T10:00:00Z | buy | 3  | 0.001 | 0.0030
        x |   | 2026-03-01T10:00:01Z | buy | -2 | 2.55  | -5.1000
        x |   | 2026-03-01T10:00:02Z | buy |    |       |
    """, of).orderBy("occurred_at").collect()  # fmt: skip
    assert [str(r["amount"]) for r in rows] == ["0.0030", "-5.1000", "None"]
    assert [r["reasons"] for r in rows] == [[], [], []]


def test_numbers_that_come_as_numbers_are_read_as_their_text_would_be(spark):
    of = source(columns={"occurred_at": "t", "event_name": "e", "amount": "paid", "quantity": "n"})
    rows = [  # paid, n, and what they become
        ("1.234550", 7, "1.2346", "7.0000"),
        (None, -2, "None", "-2.0000"),
        ("99999999999999999999.5", None, "None", "None"),  # too large for money
    ]
    found = spark.createDataFrame(
        [("x", f"2026-03-01T10:00:0{i}Z", "buy", paid, n) for i, (paid, n, *_) in enumerate(rows)],
        "c string, t string, e string, paid string, n int",
    ).withColumns({"paid": F.col("paid").cast("decimal(30,6)"), "u": F.lit(None).cast("string")})
    raw = as_raw(found, of, F.lit(None).cast("string"), F.lit(None).cast("long"))
    got = to_mapped_events(
        raw, secret_pads(spark, SECRET), of, Settings(), read_at=READ_AT
    ).orderBy("occurred_at")
    values = got.select("amount", "quantity", "reasons").collect()
    assert [(str(r["amount"]), str(r["quantity"])) for r in values] == [
        tuple(row[2:]) for row in rows
    ]
    assert [r["reasons"] for r in values] == [[], [], ["amount: not a number"]]


def test_names_have_kinds_and_only_listed_properties_are_kept(spark):
    of = source(properties=["colour"])
    rows = mapped(spark, """
        id | c | u | t                    | e     | paid | colour | hidden
        1  | x |   | 2026-03-01T10:00:00Z | buy   | 1    | red    | secret
        2  | x |   | 2026-03-01T10:00:00Z | dance |      |        | secret
    """, of).orderBy("given_id").collect()  # fmt: skip
    assert [(r["kind"], r["properties"]) for r in rows] == [
        ("purchase", '{"colour":"red"}'),
        ("other", None),
    ]


def test_a_page_is_its_path(spark):
    pages = table(spark, """
        page                              | expected
        https://shop.example/a/b/?q=1#top | /a/b
        https://shop.example              | /
        /a/b/                             | /a/b
        /                                 | /
        checkout                          | checkout
        ?utm=x                            | /
                                          |
    """)  # fmt: skip
    got = pages.select(page_path(F.col("page")).alias("got"), "expected").collect()
    assert [r["got"] for r in got] == [r["expected"] for r in got]


def test_future_is_ahead_of_the_received_time_where_there_is_one(spark):
    of = source(
        columns={"occurred_at": "t", "event_name": "e", "event_id": "id", "received_at": "r"}
    )
    rows = mapped(spark, """
        id | c | u | t                    | r                    | e
        1  | x |   | 2026-03-01T11:00:00Z | 2026-03-01T10:00:00Z | look
        2  | x |   | 2026-03-01T11:00:01Z | 2026-03-01T10:00:00Z | look
    """, of, Settings()).orderBy("given_id").collect()  # fmt: skip
    assert [r["reasons"] for r in rows] == [[], ["occurred_at: in the future"]]


def test_a_required_value_that_is_missing_is_a_reason(spark):
    of = source(required=["amount", "event_id"])
    rows = mapped(spark, """
        id | c | u | t                    | e   | paid
        1  | x |   | 2026-03-01T11:00:00Z | buy | 3
        2  | x |   | 2026-03-01T11:00:00Z | buy |
           | x |   | 2026-03-01T11:00:00Z | buy | 3
    """, of)  # fmt: skip
    got = {r["given_id"]: r["reasons"] for r in rows.collect()}
    assert got == {"1": [], "2": ["amount: missing"], None: ["event_id: missing"]}


def test_consent_is_read_as_systems_write_it_and_an_unknown_word_is_a_reason(spark):
    of = source(
        columns={"occurred_at": "t", "event_name": "e", "event_id": "id", "consent": "said"},
        ids={"cookie": "c"},
        stream=["cookie"],
    )
    text = """
        c | t          | e    | id | said       | b:expected | reasons
        a | 2026-03-01 | look | 1  | t          | true       |
        a | 2026-03-01 | look | 2  | 1.0        | true       |
        a | 2026-03-01 | look | 3  | Opted-In   | true       |
        a | 2026-03-01 | look | 4  | accept all | true       |
        a | 2026-03-01 | look | 5  | OFF        | false      |
        a | 2026-03-01 | look | 6  | opt_out    | false      |
        a | 2026-03-01 | look | 7  | 0          | false      |
        a | 2026-03-01 | look | 8  | Not Set    |            |
        a | 2026-03-01 | look | 9  |            |            |
        a | 2026-03-01 | look | 10 | peut-être  |            | consent: not a known word
        a | 2026-03-01 | look | 11 | Ja         | true       |
        a | 2026-03-01 | look | 12 | Nein       | false      |
        a | 2026-03-01 | look | 13 | да         | true       |
        a | 2026-03-01 | look | 14 | no consent | false      |
        a | 2026-03-01 | look | 15 | -          |            |
    """
    expected = {r["id"]: (r["expected"], r["reasons"]) for r in table(spark, text).collect()}
    found = {
        r["given_id"]: (r["is_consent_granted"], "; ".join(r["reasons"]) or None)
        for r in mapped(spark, text, of).collect()
    }
    assert found == expected


def test_consent_to_further_purposes_is_read_with_the_same_words(spark):
    of = source(
        columns={"occurred_at": "t", "event_name": "e", "event_id": "id"},
        consents={
            "ads": "mail",
            "profiling": {"sql": "CASE WHEN row.id = '2' THEN 'no' END"},
        },
        ids={"cookie": "c"},
        stream=["cookie"],
    )
    text = """
        c | t          | e    | id | mail  | b:ads | b:profile | reasons
        a | 2026-03-01 | look | 1  | yes   | true  |           |
        a | 2026-03-01 | look | 2  |       |       | false     |
        a | 2026-03-01 | look | 3  | hm    |       |           | consents.ads: not a known word
    """
    expected = {
        r["id"]: (r["ads"], r["profile"], r["reasons"]) for r in table(spark, text).collect()
    }
    states = [consent_column(purpose) for purpose in ("ads", "profiling")]
    found = {
        r["given_id"]: (*(r[s] for s in states), "; ".join(r["reasons"]) or None)
        for r in mapped(spark, text, of).collect()
    }
    assert found == expected


def test_whole_numbers_in_columns_of_floats_are_the_text_of_the_number(spark):
    of = source(
        columns={"occurred_at": "t", "event_name": "e", "event_id": "id"},
        ids={"cookie": "c"},
        stream=["cookie"],
    )
    text = """
        d:c        | t          | e    | d:id    | c_text     | id_text
        12345678.0 | 2026-03-01 | look | 123.0   | 12345678   | 123
        123.0      | 2026-03-01 | look | 1e15    | 123        | 1000000000000000
        0.5        | 2026-03-01 | look | -7.0    | 0.5        | -7
    """
    rows = mapped(spark, text, of).select("given_id", "key_cookie").collect()
    wanted = [
        (r["id_text"], key_of(SECRET, "cookie", r["c_text"])) for r in table(spark, text).collect()
    ]
    assert sorted(map(tuple, rows)) == sorted(wanted)
