"""Consent: whose a statement is, for how long it holds, and what it leaves of a person's events."""

from datetime import UTC, datetime

import pytest

from desirelines.privacy.consent import (
    consent_intervals,
    drop_refused,
    to_agreement,
    to_refusals,
    to_statements,
    with_consent,
)
from tests.support.tables import rows_of, table

AT = datetime(2026, 3, 10, tzinfo=UTC)


def test_a_statement_is_of_the_stream_and_of_the_login_that_it_was_made_with(spark):
    events = table(spark, """
        stream_id | user_key | occurred_at      | b:use | b:ads
        a         | ann      | 2026-03-01 10:00 | false |
        b         | ann      | 2026-03-01 10:00 | true  | true
        b         | ann      | 2026-03-01 10:05 | true  |
        c         |          | 2026-03-01 11:00 | true  | false
        ann       | ann      | 2026-03-01 12:00 | true  |
        d         | dan      | 2026-03-01 12:00 |       |
        e         |          | 2026-03-01 13:00 |       | true
    """)  # fmt: skip
    stated = to_statements(events, {"analytics": "use", "marketing": "ads"})
    expected = table(spark, """
        key | purpose   | from_at          | b:is_granted
        a   | analytics | 2026-03-01 10:00 | false
        b   | analytics | 2026-03-01 10:00 | true
        b   | analytics | 2026-03-01 10:05 | true
        ann | analytics | 2026-03-01 10:00 | false
        ann | analytics | 2026-03-01 10:05 | true
        c   | analytics | 2026-03-01 11:00 | true
        ann | analytics | 2026-03-01 12:00 | true
        b   | marketing | 2026-03-01 10:00 | true
        ann | marketing | 2026-03-01 10:00 | true
        c   | marketing | 2026-03-01 11:00 | false
        e   | marketing | 2026-03-01 13:00 | true
    """)  # fmt: skip
    names = ("key", "purpose", "from_at", "is_granted")
    assert rows_of(stated, *names) == rows_of(expected, *names)


SAID = """
    key | purpose   | from_at          | b:is_granted
    a   | analytics | 2026-03-02 00:00 | true
    a   | analytics | 2026-03-04 00:00 | false
    a   | analytics | 2026-03-06 00:00 | true
    b   | analytics | 2026-03-02 00:00 | true
    b   | analytics | 2026-03-04 00:00 | false
    b   | ads       | 2026-03-05 00:00 | true
    c   | analytics | 2026-03-12 00:00 | false
    ann | analytics | 2026-03-05 00:00 | false
"""


@pytest.mark.parametrize("unknown", [True, False])
def test_an_event_counts_where_stream_and_login_agreed_then_and_agree_now(spark, unknown):
    word = str(unknown).lower()
    events = table(spark, f"""
        stream_id | user_key | occurred_at      | b:expected
        a         |          | 2026-03-01 00:00 | {word}
        a         |          | 2026-03-02 00:00 | true
        a         |          | 2026-03-04 00:00 | false
        a         |          | 2026-03-06 00:00 | true
        a         | ann      | 2026-03-03 00:00 | false
        a         | ann      | 2026-03-07 00:00 | false
        b         |          | 2026-03-01 00:00 | false
        b         |          | 2026-03-03 00:00 | false
        b         |          | 2026-03-05 00:00 | false
        c         |          | 2026-03-01 00:00 | {word}
        z         | ann      | 2026-03-01 00:00 | false
        z         |          | 2026-03-01 00:00 | {word}
    """)  # fmt: skip
    intervals = consent_intervals(table(spark, SAID), purpose="analytics", at=AT)
    got = with_consent(events, intervals, unknown_is_granted=unknown)
    assert got.count() == events.count()
    wrong = got.filter("is_consented != expected OR is_consented IS NULL")
    assert rows_of(wrong, "stream_id", "user_key", "occurred_at", "is_consented") == []


def test_of_a_merged_person_the_strictest_state_holds_for_all_devices(spark):
    identities = table(spark, """
        key | person_id
        a   | p
        d   | p
        b   | q
        ann | q
        e   | q
        c   | r
        z   | z
    """)  # fmt: skip
    rows = table(spark, """
        person_id | started_at       | ended_at         | b:stays
        p         | 2026-03-01 00:00 | 2026-03-03 00:00 | true
        p         | 2026-03-03 10:00 | 2026-03-03 23:59 | true
        p         | 2026-03-03 23:00 | 2026-03-04 00:00 | false
        p         | 2026-03-04 10:00 | 2026-03-05 10:00 | false
        p         | 2026-03-05 23:00 | 2026-03-06 01:00 | false
        p         | 2026-03-06 00:00 | 2026-03-06 01:00 | true
        q         | 2026-03-01 00:00 | 2026-03-01 01:00 | false
        q         | 2026-03-09 00:00 | 2026-03-09 01:00 | false
        r         | 2026-03-01 00:00 | 2026-03-01 01:00 | true
        z         | 2026-03-01 00:00 | 2026-03-01 01:00 | true
    """)  # fmt: skip
    intervals = consent_intervals(table(spark, SAID), purpose="analytics", at=AT)
    kept = drop_refused(
        rows, to_refusals(intervals, identities), began="started_at", ended="ended_at"
    )
    names = ("person_id", "started_at", "ended_at")
    assert rows_of(kept, *names) == rows_of(rows.filter("stays"), *names)


def test_a_person_agrees_to_a_purpose_if_one_identifier_does_and_none_refuses(spark):
    consents = table(spark, """
        key | purpose   | from_at          | b:is_granted
        a   | marketing | 2026-03-01 00:00 | true
        b   | marketing | 2026-03-01 00:00 | false
        b   | marketing | 2026-03-02 00:00 | true
        c   | marketing | 2026-03-01 00:00 | true
        d   | marketing | 2026-03-01 00:00 | true
        d   | marketing | 2026-03-09 23:59 | false
        e   | marketing | 2026-03-01 00:00 | true
        e   | marketing | 2026-03-10 00:00 | false
        f   | profiling | 2026-03-01 00:00 | false
        g   | analytics | 2026-03-01 00:00 | true
    """)  # fmt: skip
    identities = table(
        spark,
        """
        key | person_id
        a   | p
        b   | p
        x   | p
        c   | q
        d   | q
    """,
    )
    purposes = {"marketing": "ads", "profiling": "profile"}
    agreed = to_agreement(consents, identities, purposes, at=AT)
    expected = table(
        spark,
        """
        person_id | b:ads | b:profile
        p         | true  |
        q         | false |
        e         | true  |
        f         |       | false
    """,
    )
    assert rows_of(agreed, *expected.columns) == rows_of(expected, *expected.columns)
