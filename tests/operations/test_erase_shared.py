"""Of a device that several people use, what was one person's goes, and the rest stays."""

from datetime import timedelta

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.support import shop
from tests.support.needles import Needles
from tests.support.published import conf, deliver, read, result

GONE, STAYS = "user3", "user5"
TABLET = (
    # day, minute, login, event, whose it is
    (25, 0, "", "view", GONE),  # before a login within a day: the next login's
    (25, 5, GONE, "login", GONE),
    (25, 10, "", "view", STAYS),  # the other login comes within a day
    (26, 0, "", "view", STAYS),
    (26, 5, STAYS, "login", STAYS),
    (26, 10, "", "view", STAYS),
    (29, 0, STAYS, "login", STAYS),
)
LATER = ((31, 0, STAYS, "login", STAYS), (32, 0, GONE, "login", GONE))


def rows(told):
    plain = shop.rows(0, 1)[1]
    return [
        plain | {
            "id": f"tablet-{day}-{minute}", "cookie": "tablet", "user": user, "event": event,
            "at": (shop.START + timedelta(days=day, minutes=minute)).isoformat(),
        }
        for day, minute, user, event, _ in told
    ]  # fmt: skip


def ids_of(told, whose):
    return {f"tablet-{day}-{minute}" for day, minute, _, _, owner in told if owner == whose}


def others(spark, folder, table, people):
    """Rows of a table that are about other people, without the run that wrote them."""
    columns = [c for c in table.column_names if c != "run_id"]
    whose = "person_id" if "person_id" in columns else "stream_id"
    found = read(spark, folder, table).filter(~F.col(whose).isin(*people))
    return sorted(row[0] for row in found.select(F.to_json(F.struct(*columns))).collect())


@pytest.mark.integration
def test_what_one_person_did_on_a_shared_device_goes(
    spark, first_shop, cli, capsys, secret_files, tmp_path
):
    secret = secret_files["data"].read_bytes().strip()
    key = {t: key_of(secret, t, v) for t, v in (("cookie", "tablet"), ("user", GONE))}
    mine = {key["user"], key_of(secret, "cookie", "cookie3")}

    def on_the_tablet():
        events = read(spark, first_shop, tables.EVENTS)
        found = events.filter(F.col("stream_id") == key["cookie"]).select("event_id").collect()
        return {row["event_id"] for row in found}

    deliver(spark, first_shop, shop.rows(24, 30) + rows(TABLET))
    assert cli("run", "--run-id", "second", *conf(first_shop)) == 0
    assert on_the_tablet() == ids_of(TABLET, GONE) | ids_of(TABLET, STAYS)
    compared = (tables.SESSIONS, tables.PEOPLE, tables.FEATURES, tables.SEGMENT_MEMBERS)
    before = {t.name: others(spark, first_shop, t, mine | {key["cookie"]}) for t in compared}

    request = tmp_path / "request"
    request.write_text(f"user:{GONE}")
    inbox = ("--set", f"erasure.inbox={tmp_path / 'inbox'}")
    capsys.readouterr()
    assert cli("erase", "--request", str(request), "--dry-run", *inbox, *conf(first_shop)) == 0
    plan = result(capsys)
    assert (plan["identifiers_suppressed"], plan["identifiers_shared"]) == (2, 1)
    assert cli("erase", "--request", str(request), "--now", *inbox, *conf(first_shop)) == 0

    assert on_the_tablet() == ids_of(TABLET, STAYS)
    needles = Needles(mine, {GONE, "cookie3"})
    files = [f for f in (first_shop / "warehouse").rglob("*") if f.is_file()]
    assert [f.name for f in files if needles.in_file(f)] == []
    after = {t.name: others(spark, first_shop, t, mine | {key["cookie"]}) for t in compared}
    assert after == before
    owners = read(spark, first_shop, tables.STREAM_OWNERS).filter("to_run IS NULL")
    of_tablet = owners.filter(F.col("stream_id") == key["cookie"]).select("person_id").distinct()
    assert not {row["person_id"] for row in of_tablet.collect()} & mine

    # What comes later is told apart by its login.
    deliver(spark, first_shop, shop.rows(30, 34) + rows(LATER))
    assert cli("run", "--run-id", "third", *conf(first_shop)) == 0
    assert on_the_tablet() == ids_of(TABLET, STAYS) | ids_of(LATER, STAYS)
    there = (t for t in tables.ALL if t.erased_by and (first_shop / "warehouse" / t.name).is_dir())
    for table in there:
        texts = read(spark, first_shop, table).select(F.to_json(F.struct("*"))).collect()
        assert not [t for (t,) in texts if needles.in_text(t)], table.name
