"""Who is who over many deliveries, on real tables: increments, cuts that hold, links taken apart by hand."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from desirelines import pipeline, tables
from desirelines.errors import SettingsError
from desirelines.identifying import resolve
from desirelines.identities.cuts import cuts_in_force
from desirelines.identities.links import to_links
from desirelines.job import Job
from desirelines.linking import decide, explain_identity
from desirelines.progress import PlainProgress
from desirelines.settings import Settings
from tests.support.sources import source
from tests.support.tables import rows_of

TYPES = ("user", "email", "device", "cookie")
START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(spark, tmp_path):
    """Warehouses by name, each with a clock that moves on with every job, and a counter of deliveries."""
    numbers = itertools.count(1)

    class Shop:
        def job(self, name="one"):
            number = next(numbers)
            ids = {t: t for t in TYPES}
            of = source(stream=["cookie", "device"], ids=ids).model_dump(by_alias=True)
            settings = Settings.model_validate({"warehouse": {"path": str(tmp_path / name)}, "sources": [of]})
            now = START + timedelta(days=100 + number)
            return Job(spark, settings, f"run{number:03d}", lambda: now, PlainProgress(), START.date())

        def deliver(self, events, name="one"):
            """Events as (hour, {type: key}), into the tables as ingest writes them."""
            job = self.job(name)
            rows = [(START + hour * HOUR, *(ids.get(t) for t in TYPES), ids.get("alias")) for hour, ids in events]
            used = spark.createDataFrame(
                rows, "occurred_at timestamp, user string, email string, device string, cookie string, alias string"
            )
            batch, facts = f"q:{job.run_id[3:]}", {"source": F.lit("shop"), "run_id": F.lit(job.run_id)}
            used = used.withColumns(facts | {"kind": F.lit("page"), "ingest_batch": F.lit(batch)})
            links = to_links(used, {t: t for t in TYPES}, login_type="user", alias_column="alias")
            job.warehouse.append_once(
                links.withColumns(facts | {"ingest_batch": F.lit(batch)}),
                tables.IDENTITY_LINKS,
                writer="t",
                number=int(job.run_id[3:]),
            )
            account = [(job.run_id, "shop", batch, "used", len(rows), len(rows))]
            job.warehouse.append_once(
                spark.createDataFrame(account, tables.ROW_ACCOUNTS.schema),
                tables.ROW_ACCOUNTS,
                writer="t",
                number=int(job.run_id[3:]),
            )
            known = {
                "stream_id": F.coalesce("cookie", "device"),
                "user_key": F.col("user"),
                "occurred_on": F.col("occurred_at").cast("date"),
            }
            events = used.withColumns(known)
            events = events.withColumns(
                {c.name: F.lit(None).cast(c.type) for c in tables.EVENTS.columns if c.name not in events.columns}
            )
            job.warehouse.append_once(events, tables.EVENTS, writer="t", number=int(job.run_id[3:]))
            pipeline.resolve_identities(job)
            return job

        def now(self, name="one"):
            """What holds now, free of the names of runs."""
            read = self.job(name).warehouse.read
            cuts = cuts_in_force(read(tables.IDENTITY_CUTS), read(tables.SUPPRESSIONS))
            is_open = "to_run IS NULL"
            return {
                "map": rows_of(
                    read(tables.IDENTITY_MAP).filter(is_open), "key", "person_id", "rule", "component", "first_seen_at"
                ),
                "owners": rows_of(
                    read(tables.STREAM_OWNERS).filter(is_open), "stream_id", "person_id", "from_at", "to_at"
                ),
                "people": rows_of(read(tables.PEOPLE), "person_id", "first_seen_at"),
                "cuts": rows_of(cuts, "key", "other_key", "reason"),
            }

        def person(self, key, name="one"):
            return {r[0]: r[1] for r in self.now(name)["map"]}[key]

    return Shop()  # fmt: skip


def household(seed, count=70):
    """Events of a few people with too few devices: shared ones, two addresses, an alias."""
    draw = random.Random(seed)
    events = []
    for hour in range(count):
        ids = {"cookie": f"c{draw.randrange(14)}"}
        if draw.random() < 0.3:
            ids["user"] = f"u{draw.randrange(9)}"
        if draw.random() < 0.2:
            ids["email"] = f"e{draw.randrange(9)}"
        if draw.random() < 0.2:
            ids["device"] = f"d{draw.randrange(8)}"
        if draw.random() < 0.05:
            ids |= {"user": f"u{draw.randrange(9)}", "alias": f"u{draw.randrange(9)}"}
        events.append((hour, ids))
    return events


def test_one_delivery_or_four_in_any_order_give_the_same_people(shop):
    events = household(seed=4)
    shop.deliver(events, "whole")
    mixed = random.Random(1).sample(events, len(events))
    for part in range(4):
        shop.deliver(mixed[part::4], "parts")
    whole, parts = shop.now("whole"), shop.now("parts")
    assert whole == parts
    assert {reason for *_, reason in whole["cuts"]} == {"unique"}
    assert len({person for _, person, *_ in whole["map"]}) < len(whole["map"]) - 10


def test_only_what_a_delivery_touches_is_written_and_a_replay_writes_nothing(shop, spark):
    shop.deliver([(0, {"cookie": "c1", "user": "u1"}), (1, {"cookie": "c2", "user": "u2"})])
    second = shop.deliver([(2, {"cookie": "c3", "user": "u2"})])
    rows = second.warehouse.read(tables.IDENTITY_MAP)
    assert rows_of(rows, "key", "person_id", "from_run", "to_run") == [
        ("c1", "u1", "run001", None), ("c2", "u2", "run001", None), ("c3", "u2", "run002", None),
        ("u1", "u1", "run001", None), ("u2", "u2", "run001", None),
    ]  # fmt: skip
    again = shop.job()
    before = again.warehouse.version(tables.IDENTITY_MAP)
    pipeline.resolve_identities(again)
    assert again.warehouse.version(tables.IDENTITY_MAP) == before


def test_a_merge_keeps_the_older_person_and_both_intervals_are_rows(shop):
    shop.deliver([(0, {"cookie": "old"}), (5, {"cookie": "new", "user": "u1"})])
    assert (shop.person("old"), shop.person("u1")) == ("old", "u1")
    job = shop.deliver([(9, {"cookie": "old", "user": "u1"})])
    assert {shop.person(k) for k in ("old", "new", "u1")} == {"old"}
    rows = job.warehouse.read(tables.IDENTITY_MAP).filter("key = 'u1'")
    assert rows_of(rows, "person_id", "from_run", "to_run") == [("old", job.run_id, None), ("u1", "run001", job.run_id)]
    assert [p[0] for p in shop.now()["people"]] == ["old"]


def test_an_erasure_elsewhere_never_merges_strangers(shop, spark):
    events = [
        (0, {"cookie": "c1", "user": "u1"}),
        (1, {"cookie": "tablet", "user": "u1"}),
        (2, {"cookie": "tablet", "user": "u2"}),
    ]
    job = shop.deliver(events)
    assert shop.person("tablet") == "tablet"
    gone = spark.createDataFrame([("token", True, job.clock())], tables.SUPPRESSIONS.schema)
    job.warehouse.append_once(gone, tables.SUPPRESSIONS, writer="t", number=1)
    job.warehouse.delete(spark.createDataFrame([("u2",)], "key string"), tables.IDENTITY_LINKS)
    job.warehouse.delete(spark.createDataFrame([("u2",)], "other_key string"), tables.IDENTITY_LINKS)
    shop.deliver([(3, {"cookie": "c1", "user": "u1"}), (4, {"cookie": "tablet"})])
    assert shop.person("tablet") == "tablet"  # nothing speaks against u1 any more, and still it is not u1's
    assert shop.person("c1") == shop.person("u1")


def test_a_link_taken_apart_by_hand_stays_so_until_it_is_given_back(shop):
    shop.deliver([(0, {"cookie": "c1", "user": "u1"}), (1, {"cookie": "c2", "user": "u1"})])
    told = decide(shop.job(), "u1", "c2", is_cut=True)
    assert told["is_one_person"] is False
    job = shop.deliver([(2, {"cookie": "c2", "user": "u1"})])
    assert shop.person("c2") == "c2"
    known = explain_identity(job, "c2")
    assert [(i["key"], i["rule"], i["events"], i["not_followed"], i["is_held"]) for i in known["links"]] == [("u1", "login", 2, "unlinked", True)]  # fmt: skip
    assert [h["person_id"] for h in known["history"]] == [shop.person("u1"), "c2"]
    with pytest.raises(SettingsError, match="by hand already"):
        decide(shop.job(), "c2", "u1", is_cut=True)
    with pytest.raises(SettingsError, match="never seen together"):
        decide(shop.job(), "c1", "c2", is_cut=True)
    assert decide(shop.job(), "c2", "u1", is_cut=False)["is_one_person"] is True
    assert explain_identity(shop.job(), "c2")["links"][0]["not_followed"] is None


def test_a_shared_tablet_is_each_persons_in_their_time_and_by_itself_between(shop):
    day = 24
    shop.deliver([(10, {"cookie": "tablet", "user": "u1"}), (11, {"cookie": "phone", "user": "u1"})])
    assert [o[1] for o in shop.now()["owners"] if o[0] == "tablet"] == [shop.person("u1")]
    shop.deliver([(10 * day, {"cookie": "tablet", "user": "u2"})])
    owners = [(o[1], o[2].timestamp(), o[3] and o[3].timestamp()) for o in shop.now()["owners"] if o[0] == "tablet"]
    at = lambda hour: (START + hour * HOUR).timestamp()  # noqa: E731 - the table below reads better with it
    moment = 1e-6
    u1, u2 = shop.person("u1"), shop.person("u2")
    assert sorted(owners, key=lambda o: o[1]) == [
        ("tablet", 0.0, pytest.approx(at(-14))), (u1, at(-14), at(10) + moment), ("tablet", at(10) + moment, at(9 * day)),
        (u2, at(9 * day), at(10 * day) + moment), ("tablet", at(10 * day) + moment, None),
    ]  # fmt: skip


def test_judging_everything_anew_changes_nothing(shop):
    shop.deliver(household(seed=7, count=40))
    job = shop.job()
    before = shop.now()
    resolve(job, None)
    assert shop.now() == before
