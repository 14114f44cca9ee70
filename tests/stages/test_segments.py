"""Segments of a whole shop: their names, and who is in them by rule."""

import json
from datetime import datetime, timedelta

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.catalogue import FEATURES
from desirelines.catalogue.group_names import GROUP_NAMES
from desirelines.catalogue.words import WORD_RULES
from tests.support import shop
from tests.support.published import FIRST, SECOND, copy_to, deliver, read


def test_clusters_have_different_names_of_words_that_are_true(spark, first_template):
    names = {
        r["segment_id"]: r["name"]
        for r in read(spark, first_template, tables.SEGMENT_DEFINITIONS)
        .filter("kind = 'cluster'")
        .collect()
    }
    claims_of = {}
    for group in GROUP_NAMES:
        claims_of.setdefault(group.text, []).append(group.claims)
    means = {
        (r["segment_id"], r["feature"]): r["mean"]
        for r in read(spark, first_template, tables.SEGMENT_PROFILES).collect()
    }
    assert len(set(names.values())) == 3
    assert len(names) == 3

    def holds(segment, feature, is_high):
        rule, mean = WORD_RULES[feature], means[segment, feature]
        return mean >= rule.high_from if is_high else mean <= rule.low_to

    for segment, name in names.items():
        assert any(all(holds(segment, *c) for c in claims) for claims in claims_of[name]), name


def test_rule_segments_by_plain_python(spark, first_template):
    members = read(spark, first_template, tables.SEGMENT_MEMBERS)
    count = {
        r["segment_id"]: r["n"]
        for r in members.groupBy("segment_id").agg(F.count("*").alias("n")).collect()
    }
    as_of = read(spark, first_template, tables.FEATURES).select("as_of").distinct().collect()
    assert [str(r["as_of"]) for r in as_of] == ["2026-01-29"]
    # abandoners' carts of the last full day before as_of are open; buyers answered theirs at once
    assert count["new_buyer"] == 20  # the first order of every buyer lies in the days before
    assert count["cart_abandoner"] == sum(
        1 for p in range(2, shop.PEOPLE, 3) if last_cart_is_a_day_old(p)
    )
    assert "lapsed" not in count


def test_overlaps_and_scorecards_are_of_the_members(spark, first_template):
    members = read(spark, first_template, tables.SEGMENT_MEMBERS).collect()
    in_segment = {}
    for row in members:
        in_segment.setdefault(row["segment_id"], set()).add(row["person_id"])
    overlaps = read(spark, first_template, tables.SEGMENT_OVERLAP).collect()
    for row in overlaps:
        both = in_segment[row["segment_id"]] & in_segment[row["other_segment_id"]]
        assert row["people_count"] == len(both) // 10 * 10
        assert row["share"] == row["people_count"] / len(in_segment[row["segment_id"]])
    cards = {
        row["segment_id"]: row
        for row in read(spark, first_template, tables.SEGMENT_SCORECARD).collect()
    }
    # Twenty buyers are one cluster, and all of them are new: they overlap entirely.
    assert [row["people_count"] for row in overlaps if row["share"] == row["other_share"]] == [20]
    assert cards["new_buyer"]["substantial"] == 20 / shop.PEOPLE
    assert cards["new_buyer"]["measurable"] == 1
    assert cards["new_buyer"]["distinct"] > 1
    assert cards["new_buyer"]["distinct_by"] in {f.name for f in FEATURES}
    assert cards["new_buyer"]["reachable"] == 0  # the shop sends no messages


def last_cart_is_a_day_old(person):
    last = max(
        r["at"]
        for r in shop.rows(*FIRST)
        if r["cookie"] == f"cookie{person}" and r["event"] == "add"
    )
    return last <= "2026-01-28T00:00:00+00:00"


RULES = """
segments:
  rules:
    - lapsed
    - {segment: lately, name: Lately, when: at least 1 purchase in 3 days}
    - {segment: dear, name: Dear, when: order_value >= p75}
    - {segment: stage, name: Stage, when: {any: [journey_stage is loyal, journey_stage is repeat]}}
    - segment: one_shelf
      name: One shelf
      when: at least 2 product_view of one category without purchase of it in 3 days
    - segment: neither
      name: Neither
      when: {all: [{not: in segment lately}, no cart_add in 10 days, frequency < 1]}
    - {segment: placed, name: Placed, when: regularity is known}
    - {segment: tidy, name: Tidy, when: 'path "add -> buy within 1h" in 3 days'}
    - {segment: soon, name: Soon, when: cart_add then purchase within 1 hour in 3 days}
"""


@pytest.mark.integration
def test_rules_of_every_kind_through_a_run(spark, cli, first_template, tmp_path):
    conf = copy_to(first_template, tmp_path, RULES)
    deliver(spark, tmp_path, shop.rows(*SECOND))
    assert cli("run", "--conf", str(conf), "--run-id", "second") == 0
    members = read(spark, tmp_path, tables.SEGMENT_MEMBERS).filter("NOT is_primary")
    found = {r["segment_id"]: r["n"] for r in
             members.groupBy("segment_id").agg(F.count("*").alias("n")).collect()}  # fmt: skip
    events = shop.rows(FIRST[0], SECOND[1])
    end = datetime.combine(as_of(spark, tmp_path), datetime.min.time(), shop.START.tzinfo)

    def people(kinds, days):
        start = end - timedelta(days=days)
        return {e["cookie"] for e in events if e["event"] in kinds
                and start <= datetime.fromisoformat(e["at"]) < end}  # fmt: skip

    bought = people({"buy"}, 3)
    features = read(spark, tmp_path, tables.FEATURES).filter(
        F.col("as_of") == as_of(spark, tmp_path)
    )
    values = sorted(r[0] for r in features.select("order_value").collect() if r[0] is not None)
    (kept,) = (
        json.loads(r["value"])
        for r in read(spark, tmp_path, tables.RUN_PARAMETERS).collect()
        if r["name"] == "rule_percentiles"
    )
    assert len(values) == 20  # fewer than ten of them above the percentile: it is not kept
    assert kept == {"order_value p75": None}
    assert found == {
        "lately": len(bought),
        "soon": len(bought & people({"add"}, 3)),
        "tidy": len(bought & people({"add"}, 3)),
        "dear": 5,
        "stage": 20,
        "placed": read(spark, tmp_path, tables.PERSON_LABELS)
        .filter((F.col("as_of") == as_of(spark, tmp_path)) & F.col("regularity").isNotNull())
        .count(),
        "neither": shop.PEOPLE - len(people({"buy", "add"}, 40)),
        "one_shelf": len(of_one_shelf(events, end)),
    }
    names = read(spark, tmp_path, tables.SEGMENT_DEFINITIONS).filter("kind = 'rule'").collect()
    definitions = {r["segment_id"]: r["definition"] for r in names}
    assert definitions["dear"] == "order_value >= p75"
    assert definitions["neither"] == (
        "not (in segment lately) and no cart_add in 10 days and frequency < 1"
    )


def as_of(spark, folder):
    return read(spark, folder, tables.FEATURES).agg(F.max("as_of")).collect()[0][0]


def of_one_shelf(events, end):
    """Cookies that viewed two things of a category in three days, and bought none of it."""
    seen = {}
    for event in events:
        if end - timedelta(days=3) <= datetime.fromisoformat(event["at"]) < end:
            seen.setdefault((event["cookie"], event["category"]), []).append(event["event"])
    return {cookie for (cookie, _), names in seen.items()
            if names.count("view") >= 2 and "buy" not in names}  # fmt: skip
