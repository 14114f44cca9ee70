"""Segments of a whole shop: their names, and who is in them by rule."""

from pyspark.sql import functions as F

from desirelines import tables
from desirelines.catalogue import FEATURES
from tests.support import shop
from tests.support.published import FIRST, read


def test_clusters_have_different_names_of_words_of_the_catalogue(spark, first_template):
    names = {
        r["segment_id"]: r["name"]
        for r in read(spark, first_template, tables.SEGMENT_DEFINITIONS)
        .filter("kind = 'cluster'")
        .collect()
    }
    words = {word for f in FEATURES for word in (f.low, f.high)}
    profiles = {
        (r["segment_id"], r["feature"]): r
        for r in read(spark, first_template, tables.SEGMENT_PROFILES).collect()
    }
    assert len(set(names.values())) == 3
    for segment, name in names.items():
        assert {w for w in name.split(" · ") if " around " not in w} <= words
        # Buyers order every third day, and nobody else does.
        assert ("orders often" in name) == (profiles[segment, "frequency"]["mean"] > 6)


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
