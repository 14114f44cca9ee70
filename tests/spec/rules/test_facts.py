"""What rules ask of sessions and events, at the edges of windows and of what was observed."""

from desirelines.rules.facts import asked_of
from desirelines.settings.rule_conditions import each_test
from tests.support.rules import answers, observed_for, rules_from
from tests.support.tables import sessions, table

DAY, HOUR = 86_400_000, 3_600_000


def one(spark, condition, text, *, tenure=None, zone="UTC"):
    """Answers to one condition for the people of a table of sessions."""
    rows = sessions(spark, text)
    names = [r[0] for r in rows.select("person_id").distinct().collect()]
    people = observed_for(spark, dict.fromkeys(names, 1000) | (tenure or {}))
    got = answers(people, rules_from(r=condition), sessions=rows, zone=zone)
    return {person: answer["r"] for person, answer in got.items()}


def test_steps_of_a_window_count_at_their_own_time(spark):
    # The end is 2 March; the window begins on 28 February at midnight.
    text = """
        person_id | started_at          | l:steps   | l:step_kinds          | ln:step_offsets
        edge      | 2026-02-27 23:59:00 | a b       | cart_add cart_add     | 59000 60000
        two       | 2026-02-28 00:00:00 | a b       | cart_add cart_add     | 0 1
        late      | 2026-03-01 23:59:59 | a b       | cart_add cart_add     | 0 1000
        by_name   | 2026-03-01 00:00:00 | Basket b  | other page            | 0 5
        other     | 2026-03-01 00:00:00 | a b       | page page             | 0 5
    """  # fmt: skip
    none = {"other": False, "by_name": False}
    assert one(spark, "at least 2 cart_add in 2 days", text) == none | {
        "edge": False, "two": True, "late": False,
    }  # fmt: skip
    assert one(spark, 'exactly 1 [cart_add | "Basket"] in 2 days', text) == {
        "edge": True, "two": False, "late": True, "by_name": True, "other": False,
    }  # fmt: skip
    assert one(spark, "at most 1 cart_add in 2 days", text) == {
        "edge": True, "two": False, "late": True, "by_name": True, "other": True,
    }  # fmt: skip


def test_too_few_is_an_answer_only_where_all_was_seen(spark):
    text = """
        person_id | started_at          | l:steps | l:step_kinds | ln:step_offsets
        exactly   | 2026-03-01 00:00:00 | a       | cart_add     | 0
        newer     | 2026-03-01 00:00:00 | a       | cart_add     | 0
    """
    tenure = {"exactly": 30, "newer": 29.999, "silent": 40, "new": 1}
    expected = {
        # condition: exactly, newer, silent (no session before), new
        "at least 1 cart_add in 30 days": (True, True, False, None),
        "at least 2 cart_add in 30 days": (False, None, False, None),
        "no cart_add in 30 days": (False, False, True, None),
        "at most 1 cart_add in 30 days": (True, None, True, None),
        "exactly 1 cart_add in 30 days": (True, None, False, None),
        "at least 2 cart_add": (False, False, False, False),
        "no cart_add": (False, False, True, True),
        "cart_add then purchase within 1 hour in 30 days": (False, None, False, None),
    }
    for condition, answer in expected.items():
        got = one(spark, condition, text, tenure=tenure)
        assert tuple(got[p] for p in ("exactly", "newer", "silent", "new")) == answer, condition


def test_visits_days_weeks_and_weekends(spark):
    # as_of is Monday, 2 March: weeks are 23 February to 1 March, and so on.
    text = """
person_id | started_at          | is_visit | n:order_count
        ann       | 2026-02-28 10:00:00 | true     | 0
        ann       | 2026-02-28 20:00:00 | true     | 0
        ann       | 2026-03-01 23:30:00 | true     | 0
        ann       | 2026-02-22 10:00:00 | false    | 1
        ann       | 2026-02-15 10:00:00 | false    | 0
        ben       | 2026-02-28 10:00:00 | true     | 0
        ben       | 2026-02-22 10:00:00 | true     | 0

        person_id | l:steps | l:step_kinds              | ln:step_offsets
        ann       | a b     | content_play content_play | 0 1
        ann       | a       | page                      | 0
        ann       | a b     | content_play content_play | 0 1
        ann       | a       | purchase                  | 0
        ann       | a       | email_sent                | 0
        ben       | a b     | content_play content_play | 0 1
        ben       | a b     | content_play content_play | 0 1
    """  # fmt: skip
    expected = {
        # condition: ann, ben
        "exactly 3 visits in 2 weeks": (True, False),
        "exactly 2 visits with content_play in 2 weeks": (True, True),
        "exactly 3 active days in 28 days": (True, False),
        "exactly 2 active weeks in 4 weeks": (True, True),
        "exactly 1 active weeks in 1 week": (True, True),
        "at least 1 weekends with 2 content_play a day in 4 weeks": (True, False),
        "at least 1 weekends with 3 content_play a day in 4 weeks": (False, False),
    }
    for condition, answer in expected.items():
        got = one(spark, condition, text)
        assert (got["ann"], got["ben"]) == answer, condition
    # In Auckland, Sunday's plays are on Monday.
    there = one(
        spark, "no weekends with 2 content_play a day in 4 weeks", text, zone="Pacific/Auckland"
    )
    assert there == {"ann": True, "ben": True}


def test_a_step_that_follows_or_does_not(spark):
    # c cart_add, p purchase, h help; times are hours before the end.
    paths = {
        "bought": "c-50 p-49",
        "late": "c-50 p-20",
        "at_once": "c-50 p-50",  # of one moment: no order
        "edge": "c-50 p-26",  # 24 hours later exactly
        "left": "c-50",
        "open": "c-10",
        "open_cut": "c-10 h-9",
        "asked": "c-50 h-49.5 p-49",
        "again": "c-50 h-49.5 p-49 c-30 p-29",
        "first_left": "c-90 c-50 p-49",
        "first_bought": "c-90 p-89 c-50",
        "before": "c-800",
        "none": "h-5",
    }
    kinds = {"c": "cart_add", "p": "purchase", "h": "help"}
    rows = []
    for person, path in paths.items():
        for step in path.split():
            at = 1_772_409_600_000 - int(float(step[1:].removeprefix("-")) * HOUR)
            rows.append((person, at, step[0], kinds[step[0]]))
    frame = spark.createDataFrame(rows, "person_id string, at long, step string, kind string")
    text = frame.selectExpr(
        "person_id", "timestamp_millis(at) AS started_at", "array(step) AS steps",
        "array(kind) AS step_kinds", "array(0L) AS step_offsets", "true AS is_visit",
        "0L AS order_count",
    )  # fmt: skip
    conditions = {
        "then": "cart_add then purchase within 24 hours in 30 days",
        "uncut": "cart_add then purchase within 24 hours without help between in 30 days",
        "none": "cart_add then no purchase within 24 hours in 30 days",
        "last_none": "last cart_add then no purchase within 24 hours in 30 days",
    }
    got = answers(
        observed_for(spark, dict.fromkeys(paths, 1_000)), rules_from(**conditions), sessions=text
    )
    T, F, U = True, False, None  # noqa: N806
    assert {p: tuple(a[c] for c in conditions) for p, a in got.items()} == {
        #               then uncut none last_none
        "bought":       (T, T, F, F),
        "late":         (F, F, T, T),
        "at_once":      (F, F, T, T),
        "edge":         (T, T, F, F),
        "left":         (F, F, T, T),
        "open":         (U, U, U, U),
        "open_cut":     (U, F, U, U),
        "asked":        (T, F, F, F),
        "again":        (T, T, F, F),
        "first_left":   (T, T, T, F),
        "first_bought": (T, T, T, T),
        "before":       (F, F, F, F),
        "none":         (F, F, F, F),
    }  # fmt: skip


def test_steps_of_one_category(spark):
    events = table(spark, """
        person_id | occurred_at         | kind         | category
        ann       | 2026-03-01 00:00:00 | product_view | shoes
        ann       | 2026-03-01 00:01:00 | product_view | shoes
        ann       | 2026-03-01 00:02:00 | cart_add     | hats
        ben       | 2026-03-01 00:00:00 | product_view | shoes
        ben       | 2026-03-01 00:01:00 | product_view | hats
        cat       | 2026-03-01 00:00:00 | product_view | shoes
        cat       | 2026-03-01 00:01:00 | product_view | shoes
        cat       | 2026-02-28 00:00:00 | cart_add     | shoes
        dan       | 2026-02-27 23:59:59 | product_view | shoes
        dan       | 2026-03-01 00:00:00 | product_view | shoes
        eve       | 2026-03-01 00:00:00 | product_view |
        eve       | 2026-03-01 00:00:00 | product_view |
    """)  # fmt: skip
    rules = rules_from(
        r="at least 2 product_view of one category without [cart_add | purchase] of it in 2 days"
    )
    people = observed_for(spark, dict.fromkeys(("ann", "ben", "cat", "dan", "eve"), 10))
    got = answers(people, rules, events=events)
    assert {p: a["r"] for p, a in got.items()} == {
        "ann": True, "ben": False, "cat": False, "dan": False, "eve": False,
    }  # fmt: skip


def test_what_several_rules_ask_is_counted_once():
    rules = rules_from(
        a="at least 3 purchase in 30 days",
        b={"any": ["no purchase in 30 days", "at least 3 purchase in 31 days"]},
        c={"not": "at least 3 purchase in 30 days"},
    )
    asked = asked_of(test for rule in rules for test in each_test(rule.condition))
    assert sorted(asked.values()) == ["_rule_0", "_rule_0", "_rule_1"]
