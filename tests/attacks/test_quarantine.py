"""What quarantine holds about people and for how long; nobody can use it to become someone else."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.support import shop
from tests.support.batches import delivered, events, read, waiting
from tests.support.crash import at

pytestmark = pytest.mark.integration

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
GOOD = shop.rows(0, 4)[:12]
LOGGED_IN = next(r for r in GOOD if r["user"])
BAD = [
    LOGGED_IN | {"id": "early", "at": "2026-01-01T10:00:00Z"},
    LOGGED_IN | {"id": "never", "at": "not a time"},
    LOGGED_IN
    | {"url": "/elsewhere", "at": LOGGED_IN["at"].replace("+00:00", ".5+00:00")},  # a conflict
]
FLOOR = ("--set", "ingest.floor_date=2026-01-04")


def kept(spark, folder):
    return read(spark, folder, tables.QUARANTINED_EVENTS).collect()


def test_no_raw_identifier_is_in_quarantine_and_its_rows_go_in_all_the_same(
    spark, cli, secret_files, tmp_path
):
    given = delivered(tmp_path, GOOD + BAD)
    with (tmp_path / "in" / "first.csv").open("a") as file:
        file.write("broken,2026-01-05T10:00:00Z,cookie-of-broken,user-of-broken\n")
    assert cli("ingest-events", *given, *FLOOR) == 0
    rows = kept(spark, tmp_path)
    assert sorted(r["fate"] for r in rows) == [
        "conflict",
        "quarantined",
        "quarantined",
        "quarantined",
    ]
    whole = str([r.asDict() for r in rows])
    raw = (LOGGED_IN["cookie"], LOGGED_IN["user"], "cookie-of-broken", "user-of-broken", "p=")
    assert [v for v in raw if re.search(rf"\b{v}", whole)] == []
    secret = secret_files["data"].read_bytes().strip()
    cookie, user = (
        key_of(secret, "cookie", LOGGED_IN["cookie"]),
        key_of(secret, "user", LOGGED_IN["user"]),
    )
    for row in rows:
        if row["raw"] is None:
            assert row["text_length"] == len(
                "broken,2026-01-05T10:00:00Z,cookie-of-broken,user-of-broken"
            )
        else:
            masked = json.loads(row["raw"])
            assert (masked["cookie"], masked["user"]) == (
                f"key:cookie:{cookie}",
                f"key:user:{user}",
            )
    assert all(r["is_masked"] for r in rows)
    assert cli("requeue", *given) == 0
    assert events(spark, tmp_path) == {r["id"] for r in GOOD} | {"early"}
    found = {r["event_id"]: r for r in read(spark, tmp_path, tables.EVENTS).collect()}
    assert found["early"]["stream_id"] == found[LOGGED_IN["id"]]["stream_id"] == cookie
    assert found["early"]["user_key"] == user
    assert waiting(spark, tmp_path) == 3


@pytest.mark.parametrize("keeping", ["masked", "full"])
def test_a_row_cannot_choose_whose_it_is(spark, cli, secret_files, tmp_path, keeping):
    """A row that carries the mark of somebody else's key, good and bad, then requeued."""
    victim = key_of(secret_files["data"].read_bytes().strip(), "cookie", GOOD[0]["cookie"])
    forged = [GOOD[0] | {"id": n, "cookie": f"key:cookie:{victim}"} for n in ("used", "waits")]
    forged[1]["at"] = "2026-01-01T10:00:00Z"
    given = (*delivered(tmp_path, GOOD + forged), "--set", f"ingest.quarantine_raw={keeping}")
    assert cli("ingest-events", *given, *FLOOR) == 0
    assert cli("requeue", *given) == 0
    streams = {
        r["event_id"]: r["stream_id"] for r in read(spark, tmp_path, tables.EVENTS).collect()
    }
    assert streams["used"] == streams["waits"] != victim
    assert streams[GOOD[0]["id"]] == victim


def test_what_is_past_its_day_goes_and_before_that_nothing_is_written(spark, cli, tmp_path):
    given = delivered(tmp_path, GOOD + BAD)

    def version():
        history = spark.sql(
            f"DESCRIBE HISTORY delta.`{tmp_path}/warehouse/quarantined_events` LIMIT 1"
        )
        return history.collect()[0]["version"]

    with at(NOW):
        assert cli("ingest-events", *given, *FLOOR) == 0
    assert waiting(spark, tmp_path) == 3
    before = version()
    with at(NOW + timedelta(days=6)):
        assert cli("ingest-events", *given, *FLOOR) == 0
    assert (waiting(spark, tmp_path), version()) == (3, before)
    with at(NOW + timedelta(days=7)):
        assert cli("ingest-events", *given, *FLOOR) == 0
    assert (waiting(spark, tmp_path), version()) == (0, before + 1)
    with at(NOW + timedelta(days=8)):
        assert cli("ingest-events", *given, *FLOOR) == 0
    assert version() == before + 1
