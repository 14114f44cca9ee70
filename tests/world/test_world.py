"""What a synthetic world promises: the same rows for a seed, known defects, 30-minute sessions."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from tests.support.worlds import fingerprint

from desirelines.synthetic import World, build_world
from desirelines.synthetic.personas import PERSONAS

PEOPLE, DAYS, SEED = 60, 400, 7
REST = timedelta(minutes=30)
AS_EVER = {
    "web_events": (832, 338254794360752750439),
    "orders": (57, 47062683650740178074),
    "email_events": (78, -39332715302601783988),
    "support": (3, -3951706243788509428),
    "people": (20, -58803482138031379537),
    "sessions": (108, -17972928510526395704),
    "bots": (1, 846016046700174422),
    "mess": (8, 30732048716089060651),
}
"""Rows of 20 people and 60 days, and a sum over them: figures in the documentation and in other
tests are of these rows, so they stay."""


@pytest.fixture(scope="module")
def world(spark: SparkSession) -> World:
    return build_world(spark, people=PEOPLE, days=DAYS, seed=SEED)


@pytest.fixture(scope="module")
def crowd(spark: SparkSession) -> World:
    return build_world(spark, people=600, days=DAYS, seed=SEED)


@pytest.fixture(scope="module")
def clicks(world: World) -> list[Row]:
    """What people clicked: without the bots' streams."""
    return world.raw["web_events"].join(world.truth["bots"], "anonymous_id", "left_anti").collect()


@pytest.fixture(scope="module")
def sessions(world: World) -> list[Row]:
    times = {
        name: F.unix_micros(name) for name in ("started_at", "ended_at")
    }  # a collected timestamp has no zone
    return world.truth["sessions"].withColumns(times).collect()


@pytest.fixture(scope="module")
def people(world: World) -> list[Row]:
    return world.truth["people"].collect()


def instant(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def true_time(click: Row) -> datetime | None:
    device, sent, received = (
        moment(click.device_at),
        moment(click.sent_at),
        moment(click.received_at),
    )
    return received - (sent - device) if device and sent and received else None


def regular(clicks: list[Row]) -> list[tuple[datetime, Row]]:
    """The clicks of people without the defects, from raw columns; the first copy of an id stays."""
    kept: dict[str, tuple[datetime, Row]] = {}
    for click in sorted(clicks, key=lambda row: row.received_at):
        at = true_time(click)
        broken = at is None or click.anonymous_id in (None, "", "null")
        received = moment(click.received_at)
        if (
            broken
            or at is None
            or received is None
            or at > received
            or received - at > timedelta(days=7)
        ):
            continue
        kept.setdefault(click.event_id, (at, click))
    return list(kept.values())


def by_stream(clicks: list[Row]) -> dict[str, list[datetime]]:
    streams = defaultdict(list)
    for at, click in regular(clicks):
        streams[click.anonymous_id].append(at)
    return {stream: sorted(times) for stream, times in streams.items()}


def test_the_same_seed_gives_the_same_rows_however_the_work_is_split(spark: SparkSession) -> None:
    def fingerprints(partitions: int) -> dict[str, tuple[int, int]]:
        before = spark.conf.get("spark.sql.shuffle.partitions")
        leaf_before = spark.conf.get("spark.sql.leafNodeDefaultParallelism", None)
        spark.conf.set("spark.sql.shuffle.partitions", partitions)
        spark.conf.set("spark.sql.leafNodeDefaultParallelism", partitions)
        try:
            small = build_world(spark, people=20, days=60, seed=SEED)
            return {name: fingerprint(table) for name, table in (small.raw | small.truth).items()}
        finally:
            spark.conf.set("spark.sql.shuffle.partitions", before or "4")
            if leaf_before is None:
                spark.conf.unset("spark.sql.leafNodeDefaultParallelism")
            else:
                spark.conf.set("spark.sql.leafNodeDefaultParallelism", leaf_before)

    in_one = fingerprints(1)
    assert in_one == AS_EVER
    assert fingerprints(7) == in_one


def test_another_seed_gives_other_rows(spark: SparkSession) -> None:
    one, other = (
        build_world(spark, people=5, days=40, seed=seed).raw["web_events"] for seed in (1, 2)
    )
    assert fingerprint(one) != fingerprint(other)


def test_every_raw_row_is_counted_once_by_its_fate(world: World) -> None:
    rows = world.truth["mess"].collect()
    for source, table in world.raw.items():
        assert (
            sum(row.row_count for row in rows if row.source == source and not row.is_subset)
            == table.count()
        ), source
    fates = {row.mess: row.fate for row in rows}
    assert fates["regular"] == fates["bot"] == "used"
    assert {row.fate for row in rows} <= {"used", "duplicate", "conflict", "late", "quarantined"}
    assert [row.mess for row in rows if row.is_subset] in ([], ["clock_skew"])


def test_the_mess_has_the_shares_that_were_asked_for(crowd: World) -> None:
    counts = {(row.source, row.mess): row.row_count for row in crowd.truth["mess"].collect()}
    clicks = counts["web_events", "regular"]
    wanted = {
        "exact_duplicate": 0.4,
        "conflict": 0.1,
        "late": 0.15,
        "future": 0.05,
        "malformed": 0.1,
        "missing_id": 0.1,
    }
    for mess, percent in wanted.items():
        assert counts["web_events", mess] / clicks * 100 == pytest.approx(percent, rel=0.5), mess
    assert 0.5 < counts["web_events", "bot"] / clicks * 100 < 2
    assert 0.5 < counts["web_events", "clock_skew"] / clicks * 100 < 5
    assert counts["orders", "exact_duplicate"] > 0
    assert counts["email_events", "missing_id"] > 0
    assert {mess for source, mess in counts if source == "support"} == {"regular"}


def test_conflicting_copies_agree_on_id_and_true_time_and_come_five_seconds_later(
    clicks: list[Row],
) -> None:
    copies = defaultdict(set)
    for click in clicks:
        copies[click.event_id].add(click)
    pairs = [
        sorted(rows, key=lambda row: row.received_at) for rows in copies.values() if len(rows) > 1
    ]
    assert pairs
    for first, second in pairs:
        assert first.anonymous_id == second.anonymous_id
        assert (first.page, first.category) != (second.page, second.category)
        assert first.page != second.page
        assert true_time(first) == true_time(second)
        assert moment(second.received_at) - moment(first.received_at) == timedelta(seconds=5)


def test_a_thirty_minute_rule_finds_the_true_sessions(
    clicks: list[Row], sessions: list[Row]
) -> None:
    found = set()
    for stream, times in by_stream(clicks).items():
        begin = 0
        for place in range(1, len(times) + 1):
            if place == len(times) or times[place] - times[place - 1] > REST:
                found.add((stream, times[begin], times[place - 1], place - begin))
                begin = place
    true = {
        (row.anonymous_id, instant(row.started_at), instant(row.ended_at), row.event_count)
        for row in sessions
    }
    assert len(true) == len(sessions)
    assert found == true


def test_streams_rest_over_forty_minutes_between_visits_and_under_twenty_five_inside(
    clicks: list[Row],
) -> None:
    gaps = [b - a for times in by_stream(clicks).values() for a, b in pairwise(times)]
    assert not [gap for gap in gaps if timedelta(minutes=25) <= gap <= timedelta(minutes=40)]
    assert min(gaps) > timedelta(0)


def test_every_stream_is_tied_to_its_people_by_a_login(
    clicks: list[Row], people: list[Row]
) -> None:
    seen = defaultdict(set)
    for _, click in regular(clicks):
        if click.event in ("logged_in", "sign_up"):
            assert click.user_id
            assert click.email
            seen[click.anonymous_id].add(click.user_id)
        else:
            assert click.email is None
    owners = defaultdict(set)
    for person in people:
        for stream in person.anonymous_ids:
            owners[stream].add(person.user_id)
    assert seen == owners
    assert {len(users) for users in owners.values()} <= {1, 2}


def test_every_order_is_a_click_of_the_same_second_in_the_shops_time(
    world: World, clicks: list[Row]
) -> None:
    lines = world.raw["orders"].where("status = 'paid' and customer_id is not null")
    utc = F.to_utc_timestamp(F.to_timestamp("ordered_at", "yyyy-MM-dd HH:mm:ss"), "Europe/Berlin")
    ordered = {
        (row.order_id, row.customer_id, row.at)
        for row in lines.where("quantity != 'three' and unit_price != 'n/a'")
        .select("order_id", "customer_id", F.date_format(utc, "yyyy-MM-dd HH:mm:ss").alias("at"))
        .collect()
    }
    clicked = {
        (click.order_id, click.user_id, f"{at:%Y-%m-%d %H:%M:%S}")
        for at, click in regular(clicks)
        if click.event == "order_completed"
    }
    assert ordered == clicked
    assert not {row.ordered_at[11:13] for row in world.raw["orders"].collect()} & {"01", "02", "03"}


def test_a_refund_takes_back_what_its_line_cost(crowd: World) -> None:
    lines = crowd.raw["orders"].distinct()
    net = F.expr(
        "cast(try_cast(quantity as int) * try_cast(unit_price as decimal(12,2)) - discount "
        "as decimal(12,2))"
    )
    sums = lines.groupBy("order_id", F.regexp_replace("line_no", "R", "").alias("line")).agg(
        F.count_if(F.col("status") == "refunded").alias("refunds"), F.sum(net).alias("net")
    )
    refunded = sums.where("refunds > 0").collect()
    assert refunded
    assert {float(row.net) for row in refunded} == {0.0}


def test_personas_keep_their_shares(people: list[Row]) -> None:
    found = defaultdict(int)
    for person in people:
        found[person.persona] += 1
    assert sum(persona.share for persona in PERSONAS) == pytest.approx(1)
    for persona in PERSONAS:
        assert persona.share >= 0.06
        assert found[persona.name] / PEOPLE == pytest.approx(persona.share, abs=0.035), persona.name


def test_no_raw_row_tells_a_persona(world: World) -> None:
    words = {
        word for persona in PERSONAS for word in (persona.name, persona.name.replace("_", " "))
    }
    for name, table in world.raw.items():
        assert not {"persona", "persona_no", "person_no", "mess", "skewed"} & set(table.columns)
        text = F.lower(F.to_json(F.struct(*table.columns)))
        assert table.where(text.rlike("|".join(sorted(words)))).isEmpty(), name


def test_all_raw_columns_are_strings(world: World) -> None:
    kinds = {(name, kind) for name, table in world.raw.items() for _, kind in table.dtypes}
    assert kinds == {(name, "string") for name in world.raw}


def test_the_lapsed_buy_twice_and_leave_for_good(
    world: World, sessions: list[Row], people: list[Row]
) -> None:
    lapsed = {person.user_id for person in people if person.persona == "lapsed"}
    bought = defaultdict(set)
    for line in world.raw["orders"].collect():
        if line.customer_id in lapsed:
            bought[line.customer_id].add(line.order_id)
    assert set(bought) == lapsed
    assert min(map(len, bought.values())) >= 2
    end = instant(max(row.ended_at for row in sessions))
    assert instant(
        max(row.ended_at for row in sessions if row.persona == "lapsed")
    ) < end - timedelta(days=185)


def test_a_deal_hunter_orders_at_a_discount(crowd: World) -> None:
    hunters = (
        crowd.truth["people"]
        .where("persona = 'deal_hunter'")
        .select(F.col("user_id").alias("customer_id"))
    )
    orders = (
        crowd.raw["orders"]
        .join(hunters, "customer_id", "inner")
        .where("status = 'paid'")
        .groupBy("order_id")
        .agg(F.max(F.col("discount").cast("double") > 0).alias("discounted"))
    )
    share = orders.agg(F.avg(F.col("discounted").cast("int"))).first()
    assert share is not None
    assert share[0] >= 0.8


def test_a_world_needs_people_and_days(spark: SparkSession) -> None:
    with pytest.raises(ValueError, match="at least 1 person and 30 days"):
        build_world(spark, people=0, days=400, seed=1)
