"""What steps are called, and which visits are engaged."""

import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import KINDS, VIEW_KINDS
from desirelines.sessions.kernel import Events, cut_sessions
from desirelines.sessions.orders import BACK
from desirelines.sessions.sessions import (
    is_engaged,
    is_visit,
    kind_number,
    line_amount,
    rules_of,
    step_name,
)
from desirelines.settings.sessions import Sessions, StepRule
from tests.support.tables import table


def test_the_first_rule_that_fits_names_a_step(spark):
    rules = (
        StepRule(pattern="^/product/", name="product page"),
        StepRule(pattern="^/", name="page"),
        StepRule(pattern="order", name="order"),
    )
    events = table(spark, """
        event_name | page       | by_page      | by_name
        view       | /product/7 | product page | view
        view       | /cart      | page         | view
        order_line |            | order        | order
        /product/  | /about     | page         | product page
        login      |            | login        | login
    """)  # fmt: skip
    named = events.select(
        "by_page", "by_name",
        step_name(Sessions(step="page", step_rules=rules)).alias("page"),
        step_name(Sessions(step_rules=rules)).alias("name"),
    ).collect()  # fmt: skip
    assert [(r["page"], r["name"]) for r in named] == [(r["by_page"], r["by_name"]) for r in named]


@pytest.mark.parametrize(("gap_is", "silences", "first_events"), [
    # seconds of silence between the events of one stream; the gap is a minute
    ("more_than", (59.999999, 60, 60.000001), [0, 3]),
    ("at_least", (59.999999, 60, 60.000001), [0, 2, 3]),
])  # fmt: skip
def test_a_silence_of_exactly_the_gap_is_inside_or_ends_a_session(gap_is, silences, first_events):
    at_us = np.cumsum([0, *(round(s * 1_000_000) for s in silences)])
    same = np.zeros(len(at_us), dtype=np.int64)
    events = Events(same, same, at_us, same.astype(bool), same, same, same)
    rules = rules_of(Sessions(gap_minutes=1, gap_is=gap_is))
    assert cut_sessions(events, rules).first.tolist() == first_events


def test_a_visit_is_engaged_when_it_is_long_looks_twice_or_has_a_key_step(spark):
    sessions = table(spark, """
        n:engaged_us | b:is_visit | n:page_count | n:product_view_count | n:signup_count | b:wanted
        10000001     | true       | 1            | 0                    | 0              | true
        10000000     | true       | 1            | 0                    | 0              | false
                     | true       | 1            | 0                    | 0              | false
                     | true       | 1            | 1                    | 0              | true
        0            | true       | 0            | 0                    | 1              | true
        99000000     | false      | 0            | 0                    | 0              |
    """)  # fmt: skip
    others = [
        F.lit(0).alias(f"{kind}_count")
        for kind in VIEW_KINDS
        if f"{kind}_count" not in sessions.columns
    ]
    rows = sessions.select("*", *others).select(
        "wanted", is_engaged(Sessions(key_kinds=("signup",))).alias("got")
    )
    assert [r["got"] for r in rows.collect()] == [r["wanted"] for r in rows.collect()]


def test_a_purchase_is_a_visit_by_setting(spark):
    sessions = table(spark, """
        b:is_visit | n:purchase_count | b:wanted
        true       | 0                | true
        false      | 2                | true
        false      | 0                | false
    """)  # fmt: skip
    by_setting = is_visit(Sessions(purchases_are_visits=True)).alias("by_setting")
    rows = sessions.select("wanted", "is_visit", by_setting, is_visit(Sessions()).alias("plain"))
    for row in rows.collect():
        assert (row["by_setting"], row["plain"]) == (row["wanted"], row["is_visit"])


def test_no_event_is_called_like_what_the_tables_of_paths_say_in_its_place(spark):
    events = table(spark, """
        event_name    | expected
        path_start    | ~path_start
        ~path_start   | ~~path_start
        ~~__other__   | ~~~__other__
        __hidden__    | ~__hidden__
        path_end      | ~path_end
        path_endings  | path_endings
        ~view         | ~view
        ~             | ~
        Path_End      | Path_End
                      |
    """)  # fmt: skip
    named = events.select("expected", step_name(Sessions()).alias("got")).collect()
    assert [r["got"] for r in named] == [r["expected"] for r in named]
    rules = (StepRule(pattern="^path_start$", name="beginning"),)
    assert (
        events.select(step_name(Sessions(step_rules=rules)).alias("got")).collect()[0]["got"]
        == "beginning"
    )


def test_a_line_of_pieces_that_go_back_gives_money_back_however_its_sum_is_written(spark):
    lines = table(spark, """
        kind     | n:quantity | n:amount | b:is_back | n:wanted
        purchase | 1          | 20       | false     | 20
        purchase | -1         | -20      | true      | -20
        purchase | -1         | 20       | true      | -20
        purchase | -1         | 0        | true      | 0
        purchase | -1         |          | true      |
        purchase | 1          | -5       | true      | -5
        purchase |            |          | false     |
        refund   | -1         | 20       | false     | 20
    """)  # fmt: skip
    got = lines.select("*", kind_number().alias("kind_no"), line_amount().alias("got")).collect()
    assert [(r["kind_no"] == BACK, r["got"]) for r in got] == [
        (r["is_back"], r["wanted"]) for r in got
    ]
    assert {KINDS[r["kind_no"]] for r in got if not r["is_back"]} == {"purchase", "refund"}
