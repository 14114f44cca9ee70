"""A small world through the real pipeline: planted defects, true sessions, and personas.

No single number separates the personas.
"""

from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import identifier_key, secret_pads
from desirelines.identities.stream_owners import with_person
from desirelines.io.synthetic_files import write_world
from desirelines.io.tables.store import Warehouse
from desirelines.operations.compare_with_truth import BY_RULE, true_people
from desirelines.sessions.sessions import to_sessions
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.settings.sessions import Sessions
from desirelines.synthetic import build_world

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PEOPLE = 600
DOZEN = (
    "recency_days", "frequency", "monetary", "discount_share", "sessions_per_week", "active_days",
    "engaged_minutes", "weekend_share", "distinct_categories", "path_entropy", "self_loop_rate",
    "cart_without_order_share",
)  # fmt: skip
"""The features that say least about what people do: none of them separates two personas."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, spark, compiled, secret_files):
    """A world after events, identities, sessions and features."""
    import os

    from desirelines.cli import main

    folder = tmp_path_factory.mktemp("world")
    born = build_world(spark, people=PEOPLE, days=400, seed=7)
    write_world(born.raw, born.truth, folder / "world", "delta")
    os.environ["DESIRELINES_WORLD"] = str(folder / "world")
    arguments = [
        "--conf",
        str(ROOT / "conf" / "demo.yaml"),
        f"--set=warehouse.path={folder / 'warehouse'}",
    ]
    arguments += [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    for stage in ("ingest-events", "resolve-identities", "build-sessions", "build-features"):
        assert main([stage, *arguments]) == 0
    return folder


def read(spark, folder, name):
    return spark.read.format("delta").load(str(folder / name))


def test_every_planted_row_has_its_fate(spark, folder):
    planted = (
        read(spark, folder, "world/truth/mess")
        .filter("NOT is_subset")
        .groupBy("source", "fate")
        .agg(F.sum("row_count").alias("n"))
    )
    names = {
        "web_events": "world_web",
        "orders": "world_orders",
        "email_events": "world_email",
        "support": "world_support",
    }
    wanted = {(names[r["source"]], r["fate"]): r["n"] for r in planted.collect()}
    account = read(spark, folder, "warehouse/row_accounts").collect()
    assert {(r["source"], r["fate"]): r["row_count"] for r in account} == wanted


def test_the_true_sessions_are_found_exactly(spark, folder):
    columns = ("started_at", "ended_at", "event_count")
    found = (
        read(spark, folder, "warehouse/sessions").filter("source = 'world_web'").select(*columns)
    )
    true = read(spark, folder, "world/truth/sessions").select(*columns)
    assert sorted(map(tuple, found.collect())) == sorted(map(tuple, true.collect()))


def test_midnight_ends_sessions_on_days_of_23_and_25_hours_too(spark, folder):
    """Compared with Python's own time zones; a year has both days."""
    zone = "Pacific/Auckland"  # whose midnight is the middle of the day for most of these people
    tagged = read(spark, folder, "warehouse/stream_tags").select("stream_id")
    events = (
        read(spark, folder, "warehouse/events")
        .filter("source = 'world_web'")
        .join(tagged, "stream_id", "left_anti")
    )
    rules = Sessions(on_midnight=True)
    found = to_sessions(events, rules, zone=zone, buckets=8)
    got = Counter(
        (r["start"], r["event_count"])
        for r in found.select(F.unix_micros("started_at").alias("start"), "event_count").collect()
    )
    streams = {}
    for row in events.select(
        "stream_id", F.unix_micros("occurred_at").alias("at"), "user_key"
    ).collect():
        streams.setdefault(row["stream_id"], []).append((row["at"], row["user_key"]))
    days = lambda at: datetime.fromtimestamp(at // 1_000_000, ZoneInfo(zone)).date()  # noqa: E731
    expected, before = Counter(), set()
    for rows in streams.values():
        start, count, last, user = None, 0, None, None
        for at, key in sorted(rows, key=lambda r: r[0]):
            ends = start is not None and (
                at - last > 1_800_000_000
                or (key and user and key != user)
                or days(at) != days(last)
            )
            if ends:
                expected[start, count] += 1
                before |= {days(at)} if at - last <= 1_800_000_000 else set()
            if start is None or ends:
                start, count, user = at, 0, None
            count, last, user = count + 1, at, key or user
        expected[start, count] += 1
    assert got == expected
    assert len(before) > 20  # midnights that cut a visit in two
    assert found.filter("cause = 'midnight'").count() > 20
    fixed = to_sessions(events, rules, zone="+12:00", buckets=8)  # an hour off all summer
    assert fixed.filter("cause = 'midnight'").count() != found.filter("cause = 'midnight'").count()


def test_people_are_found_with_shared_devices_on(spark, folder, secret_files):
    """Precision and recall of pairs of web sessions, and of identifiers, of the same person."""
    pads = secret_pads(spark, secret_files["data"].read_bytes().strip())
    warehouse = Warehouse(spark, WarehouseSettings(path=str(folder / "warehouse")))
    known = warehouse.read(tables.IDENTITY_MAP).filter("to_run IS NULL")
    owners = warehouse.read(tables.STREAM_OWNERS).filter("to_run IS NULL")
    people = read(spark, folder, "world/truth/people")
    assert people.filter("shares_device").count() >= 10
    found = with_person(
        warehouse.read(tables.SESSIONS).filter("source = 'world_web'"), known, owners
    )
    true = read(spark, folder, "world/truth/sessions").crossJoin(pads)
    true = true.select(
        identifier_key("cookie", F.col("anonymous_id")).alias("stream_id"),
        "started_at",
        "person_no",
    )
    precision, recall = pairwise(found.join(true, ["stream_id", "started_at"]))
    assert (precision >= 0.99, recall >= 0.95) == (True, True), (precision, recall)
    typed = lambda kind, value: F.struct(F.lit(kind).alias("type"), value.alias("value"))  # noqa: E731 - one shape, thrice
    of_person = F.array(typed("user", F.col("user_id")), typed("email", F.lower("email")))
    cookies = F.transform("anonymous_ids", lambda cookie: typed("cookie", cookie))
    named = (
        people.filter("NOT shares_device")
        .crossJoin(pads)
        .select("*", F.explode(F.concat(of_person, cookies)).alias("i"))
    )
    key = F.coalesce(
        *(
            F.when(F.col("i.type") == t, identifier_key(t, F.col("i.value")))
            for t in ("user", "email", "cookie")
        )
    )
    precision, recall = pairwise(known.join(named.select(key.alias("key"), "person_no"), "key"))
    assert (precision >= 0.99, recall >= 0.95) == (True, True), (precision, recall)


def test_bots_are_found_whether_they_say_so_or_not(spark, folder, secret_files):
    pads = secret_pads(spark, secret_files["data"].read_bytes().strip())
    bots = read(spark, folder, "world/truth/bots").crossJoin(pads)
    keys = bots.select("kind", identifier_key("cookie", F.col("anonymous_id")).alias("key"))
    planted = {r["key"]: r["kind"] for r in keys.collect()}
    assert set(planted.values()) == {"announced", "even", "fast"}
    tags = read(spark, folder, "warehouse/stream_tags")
    found = {r["stream_id"] for r in tags.select("stream_id").distinct().collect()}
    recall, precision = (
        len(found & set(planted)) / len(planted),
        len(found & set(planted)) / len(found),
    )
    assert (recall >= 0.95, precision >= 0.95) == (True, True), (recall, precision)
    assert (
        not read(spark, folder, "warehouse/sessions").join(tags, "stream_id", "left_semi").count()
    )
    reasons = {
        (planted[r["stream_id"]], r["reason"]) for r in tags.collect() if r["stream_id"] in planted
    }
    assert reasons >= {("announced", "bot_agent"), ("even", "rhythm"), ("fast", "rate")}


def pairwise(rows):
    """Precision and recall of row pairs with one person_id; the truth is their person_no."""
    cells = rows.groupBy("person_id", "person_no").count().collect()
    pairs = lambda sizes: sum(n * (n - 1) // 2 for n in sizes)  # noqa: E731 - the binomial, said once

    def side(name):
        return pairs(
            sum(c["count"] for c in cells if c[name] == v) for v in {c[name] for c in cells}
        )

    both = pairs(c["count"] for c in cells)
    return both / side("person_id"), both / side("person_no")


def test_no_single_one_of_a_dozen_features_tells_two_personas_apart(spark, folder, secret_files):
    warehouse = Warehouse(spark, WarehouseSettings(path=str(folder / "warehouse")))
    secret = secret_files["data"].read_bytes().strip()
    personas = true_people(warehouse, read(spark, folder, "world/truth/people"), secret)
    people = read(spark, folder, "warehouse/features").join(personas, "person_id").toPandas()
    meant = sorted(set(people["persona"]) - set(BY_RULE))
    assert len(meant) == 8
    too_good = {}
    for feature in DOZEN:
        for i, one in enumerate(meant):
            for other in meant[i + 1 :]:
                a, b = (
                    people.loc[people["persona"] == p, feature].to_numpy(float)
                    for p in (one, other)
                )
                best = max(
                    best_balanced_accuracy(fill(a, end), fill(b, end)) for end in (-1e18, 1e18)
                )
                if best > 0.9:
                    too_good[one, other, feature] = round(best, 3)
    assert too_good == {}


def fill(values, missing):
    """Missing values as a value of their own, at one end."""
    return np.where(np.isnan(values), missing, values)


def best_balanced_accuracy(a, b):
    """The best that a threshold can do, in either direction."""
    cuts = np.unique(np.concatenate((a, b)))
    below_a = np.searchsorted(np.sort(a), cuts, side="right") / len(a)
    below_b = np.searchsorted(np.sort(b), cuts, side="right") / len(b)
    return float(np.max(np.abs(below_a - below_b)) / 2 + 0.5)


def test_the_best_threshold_by_hand():
    assert best_balanced_accuracy(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == 1.0
    assert best_balanced_accuracy(np.array([1.0, 3.0]), np.array([2.0, 4.0])) == 0.75
