"""Segments of a whole shop: their names, and who is in them by rule."""

from pyspark.sql import functions as F

from desirelines import tables
from desirelines.catalogue import FEATURES
from desirelines.catalogue.words import WORD_RULES
from tests.support import shop
from tests.support.published import FIRST, read


def test_clusters_have_different_names_of_words_that_are_true(spark, first_template):
    names = {
        r["segment_id"]: r["name"]
        for r in read(spark, first_template, tables.SEGMENT_DEFINITIONS)
        .filter("kind = 'cluster'")
        .collect()
    }
    features_of = {word: f.name for f in FEATURES for word in (f.low, f.high)}
    means = {
        (r["segment_id"], r["feature"]): r["mean"]
        for r in read(spark, first_template, tables.SEGMENT_PROFILES).collect()
    }
    assert len(set(names.values())) == 3
    assert len(names) == 3
    for segment, name in names.items():
        for word in name.split(" · "):
            feature = features_of[word]
            rule, mean = WORD_RULES[feature], means[segment, feature]
            is_high = word == next(f.high for f in FEATURES if f.name == feature)
            assert mean >= rule.high_from if is_high else mean <= rule.low_to


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


def last_cart_is_a_day_old(person):
    last = max(
        r["at"]
        for r in shop.rows(*FIRST)
        if r["cookie"] == f"cookie{person}" and r["event"] == "add"
    )
    return last <= "2026-01-28T00:00:00+00:00"
