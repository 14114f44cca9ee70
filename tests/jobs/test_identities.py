"""Who is who over many deliveries, on real tables: increments, lasting cuts, links removed by hand.

Resolving costs seconds however little there is. So there is one story of deliveries, each case
has identifiers of its own, and all are checked after every step.
"""

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.errors import SettingsError
from desirelines.identities.link_decisions import cuts_in_force
from desirelines.identities.links import to_links
from desirelines.operations.identity_links import decide, explain_identity
from desirelines.pipeline import RESOLVE
from desirelines.run.context import new_run
from desirelines.run.execute import execute
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.stages.identities import resolve
from tests.support.sources import source
from tests.support.tables import rows_of

TYPES = ("user", "email", "device", "cookie")
START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def shop(spark, tmp_path_factory):
    """A warehouse, a clock that moves on with every run, and a way to deliver events."""
    numbers, folder = itertools.count(1), tmp_path_factory.mktemp("identities")

    class Shop:
        def run(self):
            number = next(numbers)
            ids = {t: t for t in TYPES}
            of = source(stream=["cookie", "device"], ids=ids).model_dump(by_alias=True)
            settings = Settings.model_validate(
                {"warehouse": {"path": str(folder)}, "sources": [of]}
            )
            now = START + timedelta(days=100 + number)
            return new_run(
                spark,
                settings,
                f"run{number:03d}",
                lambda: now,
                Progress("test"),
                requested_as_of=START.date(),
            )

        def deliver(self, events):
            """Events as (hour, {type: key}), into the tables as ingest writes them."""
            run = self.run()
            rows = [
                (START + hour * HOUR, *(ids.get(t) for t in TYPES), ids.get("alias"))
                for hour, ids in events
            ]
            used = spark.createDataFrame(
                rows,
                "occurred_at timestamp, user string, email string, device string, cookie string, "
                "alias string",
            )
            batch, facts = (
                f"q:{run.run_id[3:]}",
                {"source": F.lit("shop"), "run_id": F.lit(run.run_id)},
            )
            used = used.withColumns(facts | {"kind": F.lit("page"), "ingest_batch": F.lit(batch)})
            links = to_links(used, {t: t for t in TYPES}, login_type="user", alias_column="alias")
            run.warehouse.append_once(
                links.withColumns(facts | {"ingest_batch": F.lit(batch)}),
                tables.IDENTITY_LINKS,
                writer="t",
                number=int(run.run_id[3:]),
            )
            account = [(run.run_id, "shop", batch, "used", len(rows), len(rows))]
            run.warehouse.append_once(
                spark.createDataFrame(account, tables.ROW_ACCOUNTS.schema),
                tables.ROW_ACCOUNTS,
                writer="t",
                number=int(run.run_id[3:]),
            )
            known = {
                "stream_id": F.coalesce("cookie", "device"),
                "user_key": F.col("user"),
                "occurred_on": F.col("occurred_at").cast("date"),
            }
            events = used.withColumns(known)
            events = events.withColumns(
                {
                    c.name: F.lit(None).cast(c.type)
                    for c in tables.EVENTS.columns
                    if c.name not in events.columns
                }
            )
            run.warehouse.append_once(events, tables.EVENTS, writer="t", number=int(run.run_id[3:]))
            execute(RESOLVE, run)
            return run

        def now(self):
            """The current state, without the names of runs."""
            read = self.run().warehouse.read
            cuts = cuts_in_force(read(tables.IDENTITY_CUTS), read(tables.SUPPRESSIONS))
            is_open = "to_run IS NULL"
            return {
                "map": rows_of(
                    read(tables.IDENTITY_MAP).filter(is_open),
                    "key",
                    "person_id",
                    "rule",
                    "component",
                    "first_seen_at",
                ),
                "owners": rows_of(
                    read(tables.STREAM_OWNERS).filter(is_open),
                    "stream_id",
                    "person_id",
                    "from_at",
                    "to_at",
                ),
                "people": rows_of(read(tables.PEOPLE), "person_id", "first_seen_at"),
                "cuts": rows_of(cuts, "key", "other_key", "reason"),
            }

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


FIRST = [
    (0, {"cookie": "old"}), (5, {"cookie": "new", "user": "uo"}),  # one person later
    (0, {"cookie": "still", "user": "us"}),
    # cb is unlinked by hand
    (0, {"cookie": "ca", "user": "ua"}), (1, {"cookie": "cb", "user": "ua"}),
    (0, {"cookie": "ce", "user": "ue"}), (1, {"cookie": "desk", "user": "ue"}),
    (2, {"cookie": "desk", "user": "gone"}), (10, {"cookie": "tablet", "user": "ut1"}),
    (11, {"cookie": "phone", "user": "ut1"}),
]  # fmt: skip
SECOND = [(9, {"cookie": "old", "user": "uo"}), (240, {"cookie": "tablet", "user": "ut2"})]
THIRD = [
    (20, {"cookie": "cb", "user": "ua"}),
    (21, {"cookie": "ce", "user": "ue"}),
    (22, {"cookie": "desk"}),
]


@dataclass
class Story:
    """The state after each step, and the runs that wrote it."""

    first: dict
    second: dict
    anew: dict
    last: dict
    second_run: str
    shop: object

    def person(self, key, when="last"):
        return {r[0]: r[1] for r in getattr(self, when)["map"]}[key]


@pytest.fixture(scope="module")
def story(shop, spark):
    mixed = random.Random(1).sample(crowd := household(seed=4), len(crowd))
    shop.deliver(FIRST + mixed[::2])
    first = shop.now()
    second_run = shop.deliver(SECOND + mixed[1::2]).run_id
    second = shop.now()
    run = shop.run()
    resolve(run, None)
    anew = shop.now()
    gone = spark.createDataFrame([("token", True, run.clock())], tables.SUPPRESSIONS.schema)
    run.warehouse.append_once(gone, tables.SUPPRESSIONS, writer="t", number=1)
    for column in ("key", "other_key"):
        run.warehouse.delete(
            spark.createDataFrame([("gone",)], f"{column} string"), tables.IDENTITY_LINKS
        )
    assert decide(shop.run(), "ua", "cb", is_cut=True).is_one_person is False
    shop.deliver(THIRD)
    return Story(first, second, anew, shop.now(), second_run, shop)


def test_two_deliveries_in_any_order_give_the_people_that_one_look_at_everything_gives(story):
    assert story.second == story.anew
    assert {reason for *_, reason in story.second["cuts"]} == {"unique"}
    assert len({person for _, person, *_ in story.second["map"]}) < len(story.second["map"]) - 10


def test_what_a_delivery_does_not_touch_is_not_written(story):
    rows = story.shop.run().warehouse.read(tables.IDENTITY_MAP).filter("key IN ('still', 'us')")
    assert rows_of(rows, "key", "person_id", "from_run", "to_run") == [
        ("still", "us", "run001", None),
        ("us", "us", "run001", None),
    ]


def test_a_replay_writes_nothing(story):
    run = story.shop.run()
    before = run.warehouse.version(tables.IDENTITY_MAP)
    execute(RESOLVE, run)
    assert run.warehouse.version(tables.IDENTITY_MAP) == before


def test_a_merge_keeps_the_older_person_and_both_intervals_are_rows(story):
    assert (story.person("old", "first"), story.person("new", "first")) == ("old", "uo")
    assert {story.person(k, "second") for k in ("old", "new", "uo")} == {"old"}
    rows = story.shop.run().warehouse.read(tables.IDENTITY_MAP).filter("key = 'uo'")
    assert rows_of(rows, "person_id", "from_run", "to_run") == [
        ("old", story.second_run, None),
        ("uo", "run001", story.second_run),
    ]
    assert "uo" in {p[0] for p in story.first["people"]} - {p[0] for p in story.second["people"]}


def test_an_erasure_elsewhere_never_merges_strangers(story):
    """No evidence is left against desk being ue's alone, but the cut stays."""
    assert story.person("desk", "second") == story.person("desk") == "desk"
    assert story.person("ce") == story.person("ue")


def test_a_link_taken_apart_by_hand_stays_so_whatever_comes(story):
    assert story.person("cb", "second") == story.person("ua")
    assert story.person("cb") == "cb"
    known = explain_identity(story.shop.run(), "cb")
    link_facts = [(i.key, i.rule, i.events, i.not_followed, i.is_held) for i in known.links]
    assert link_facts == [("ua", "login", 2, "unlinked", True)]
    assert [h.person_id for h in known.history] == ["ua", "cb"]
    with pytest.raises(SettingsError, match="already cut by hand"):
        decide(story.shop.run(), "cb", "ua", is_cut=True)
    with pytest.raises(SettingsError, match="never seen together"):
        decide(story.shop.run(), "ca", "cb", is_cut=True)
    with pytest.raises(SettingsError, match="already followed"):
        decide(story.shop.run(), "ca", "ua", is_cut=False)


def test_a_shared_tablet_is_each_persons_in_their_time_and_by_itself_between(story):
    assert [o[1] for o in story.first["owners"] if o[0] == "tablet"] == [story.person("ut1")]
    owners = [
        (o[1], o[2].timestamp(), o[3] and o[3].timestamp())
        for o in story.second["owners"]
        if o[0] == "tablet"
    ]
    at = lambda hour: (START + hour * HOUR).timestamp()  # noqa: E731 - the table below reads better with it
    moment = 1e-6
    one, two = story.person("ut1"), story.person("ut2")
    assert sorted(owners, key=lambda o: o[1]) == [
        ("tablet", 0.0, at(-14)), (one, at(-14), at(10) + moment),
        ("tablet", at(10) + moment, at(216)), (two, at(216), at(240) + moment),
        ("tablet", at(240) + moment, None),
    ]  # fmt: skip
