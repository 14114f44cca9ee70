"""The labels of a person, on cases small enough to judge by hand."""

from datetime import date

import pytest

from desirelines.catalogue import LABELS
from desirelines.features.build import colocated_by_person, to_features
from desirelines.features.labels import ALLOWED_MOVES, STAGES, benefit_ranks, to_labels
from desirelines.features.window import ObservationWindow
from desirelines.settings.features import Journey
from desirelines.tables import PERSON_LABELS
from tests.support.tables import sessions

AS_OF = date(2026, 3, 1)
WINDOW = ObservationWindow.ending(AS_OF, days=365, zone="UTC")


def features(spark, text, key_kinds=()):
    return to_features(
        colocated_by_person(sessions(spark, text)), WINDOW, cart_hours=24, cart_days=30,
        goal_kinds=("purchase",), buckets=8, run_id="r", key_kinds=key_kinds
    )  # fmt: skip


def labels(people, *columns, before=None, ranks=None):
    earlier = (
        people.sparkSession.createDataFrame([], PERSON_LABELS.schema) if before is None else before
    )
    labelled = to_labels(
        people, earlier, ranks, WINDOW, Journey(), lapsed_months=6, occasions=[], run_id="r"
    )
    return {row["person_id"]: tuple(row[c] for c in columns) for row in labelled.collect()}


def test_the_state_of_the_last_day_is_told_from_the_days_before_it(spark):
    text = """
        person_id    | started_at       | is_visit | feature_use_count
        new          | 2026-02-28 10:00 | true     | 1
        current      | 2026-02-28 10:00 | true     | 1
        current      | 2026-02-21 10:00 | true     | 1
        reactivated  | 2026-02-28 10:00 | true     | 1
        reactivated  | 2026-02-20 10:00 | true     | 1
        resurrected  | 2026-02-28 10:00 | true     | 1
        resurrected  | 2026-01-28 10:00 | true     | 1
        at_risk_wau  | 2026-02-21 10:00 | true     | 1
        at_risk_mau  | 2026-02-20 10:00 | true     | 1
        dormant      | 2026-01-28 10:00 | true     | 1
        nobody       | 2026-02-28 10:00 | false    | 0
    """
    got = labels(features(spark, text), "lifecycle_state")
    assert got == {name: (name if name != "nobody" else None,) for name in got}
    assert set(got) - {"nobody"} == set(LABELS[0].values)
    looking = (
        text + "    current | 2026-02-27 10:00 | true | 0\n"
    )  # looking around is no key action
    by_key = labels(features(spark, looking, key_kinds=("feature_use",)), "lifecycle_state")
    assert by_key == got


def test_regularity_by_the_days_before_the_last(spark):
    days = {"a": 0, "b": 1, "c": 6, "d": 7, "e": 13, "f": 14, "g": 20, "h": 21}
    lines = [f"{p} | 2026-02-28 10:00 | true" for p in days]  # the last day, which says nothing
    lines += [
        f"{p} | 2026-02-{d:02} 10:00 | true" for p, n in days.items() for d in range(1, n + 1)
    ]
    got = labels(
        features(spark, "person_id | started_at | is_visit\n" + "\n".join(lines)), "regularity"
    )
    words = [
        "new_or_resurrected",
        "infrequent",
        "infrequent",
        "casual",
        "casual",
        "regular",
        "regular",
        "core_active",
    ]
    assert [got[p][0] for p in days] == words
    assert set(words) == set(LABELS[1].values)


def test_coming_less_is_decay_when_it_is_no_chance(spark):
    def visits(person, before, recent):
        days = [f"2026-01-{d:02}" for d in range(1, before + 1)] + [
            f"2026-02-{d:02}" for d in range(16, 16 + recent)
        ]
        return [f"{person} | {day} 10:00 | true" for day in days]

    lines = [
        *visits("silent", 16, 0),
        *visits("half", 16, 2),
        *visits("few", 8, 1),
        *visits("little", 7, 0),
        *visits("more", 16, 5),
    ]
    people = features(spark, "person_id | started_at | is_visit\n" + "\n".join(lines))
    got = labels(people, "is_decaying")
    tails = {r["person_id"]: r["decay_probability"] for r in people.collect()}
    # Poisson with mean 16 · 14/56 = 4: P(X = 0) = e^-4, P(X ≤ 2) = 13 e^-4;
    # with mean 2, P(X ≤ 1) = 3 e^-2.
    assert tails["silent"] == pytest.approx(0.018315638888734)
    assert tails["half"] == pytest.approx(0.238103305553544)
    assert tails["few"] == pytest.approx(0.406005849709838)
    assert (tails["little"], tails["more"]) == (None, 1.0)
    assert got == {
        "silent": (True,),
        "half": (False,),
        "few": (False,),
        "little": (False,),
        "more": (False,),
    }


def test_where_people_are_reached_and_answer(spark):
    got = labels(features(spark, """
        person_id | started_at       | is_visit | email_sent_count
        email     | 2026-02-01 10:00 | true     | 4
        push      | 2026-02-01 10:00 | false    | 4
        sms       | 2026-02-01 10:00 | false    | 4
        app       | 2026-02-01 10:00 | true     | 4
        web       | 2026-02-01 10:00 | true     | 0
        nobody    | 2026-02-01 10:00 | false    | 4

        person_id | email_opened_count | push_sent_count | push_opened_count
        email     | 2                  | 4               | 2
        push      | 2                  | 4               | 3
        sms       | 0                  | 4               | 1
        app       | 0                  | 0               | 0
        web       | 0                  | 0               | 0
        nobody    | 0                  | 0               | 0

        person_id | sms_sent_count | sms_clicked_count | screen_count | page_count
        email     | 4              | 1                 | 9            | 0
        push      | 0              | 0                 | 0            | 0
        sms       | 2              | 1                 | 0            | 0
        app       | 0              | 0                 | 3            | 2
        web       | 0              | 0                 | 2            | 2
        nobody    | 0              | 0                 | 0            | 0
    """), "preferred_channel")  # fmt: skip
    assert got == {name: (name if name != "nobody" else None,) for name in got}
    assert set(got) - {"nobody"} == set(LABELS[2].values)


def test_what_buyers_look_for_is_a_rank_among_buyers(spark):
    header = (
        "person_id | started_at | is_visit | page_count | order_count | order_line_count | "
        "m:amount | m:discount | first_order_at | last_order_at"
    )
    at = "2026-02-01 10:00"
    plain = [
        f"p{n} | {at} | true | {10 + n} | 1 | 1 | {20 + n} | {n / 10} | {at} | {at}"
        for n in range(8)
    ]
    own = [
        f"price   | {at} | true | 99 | 1 | 1 | 5   | 5 | {at} | {at}",
        f"quality | {at} | true | 99 | 1 | 1 | 500 | 0 | {at} | {at}",
        f"ease    | {at} | true | 1  | 1 | 1 | 1   | 0 | {at} | {at}",
        f"both    | {at} | true | 1  | 1 | 1 | 500 | 0 | {at} | {at}",
        f"nobody  | {at} | true | 1  | 0 | 0 | 0   | 0 |      |     ",
    ]
    people = features(spark, "\n".join([header, *plain, *own]))
    ranks = benefit_ranks(people)
    got = labels(people, "benefit_sought", "price_rank", ranks=ranks)
    assert {p: got[p][0] for p in ("price", "quality", "ease", "both", "nobody")} == {
        "price": "price", "quality": "quality", "ease": "ease", "both": "mixed", "nobody": None,
    }  # fmt: skip
    assert (
        got["both"][1] == got["quality"][1] == got["ease"][1] == 0.0
    )  # as many cuts as there are lie at no discount at all
    assert labels(people, "benefit_sought", ranks=None)["price"] == (None,)


@pytest.fixture(scope="module")
def stages(spark):
    return features(spark, """
        person_id      | started_at       | is_visit | product_view_count | order_count
        gone           | 2025-11-30 10:00 | true     | 0                  | 0
        aware          | 2025-12-01 10:00 | true     | 9                  | 0
        consider       | 2026-01-31 00:00 | true     | 1                  | 0
        intent         | 2026-01-30 10:00 | true     | 1                  | 0
        first_purchase | 2026-02-20 10:00 | true     | 1                  | 1
        repeat         | 2026-02-20 10:00 | true     | 1                  | 4
        loyal          | 2026-02-20 10:00 | true     | 1                  | 5
        at_risk        | 2025-11-30 10:00 | true     | 1                  | 9
        lapsed         | 2025-08-31 10:00 | true     | 1                  | 9
        once           | 2025-08-31 10:00 | true     | 1                  | 1

        person_id      | last_cart_at     | first_order_at   | last_order_at
        gone           |                  |                  |
        aware          |                  |                  |
        consider       |                  |                  |
        intent         | 2026-01-30 10:00 |                  |
        first_purchase | 2026-02-20 10:00 | 2026-02-20 10:00 | 2026-02-20 10:00
        repeat         |                  | 2026-02-20 10:00 | 2026-02-20 10:00
        loyal          |                  | 2026-02-20 10:00 | 2026-02-20 10:00
        at_risk        |                  | 2025-11-30 10:00 | 2025-11-30 23:00
        lapsed         |                  | 2025-08-31 10:00 | 2025-08-31 23:00
        once           |                  | 2025-08-31 10:00 | 2025-08-31 23:00
    """).cache()  # fmt: skip


def test_the_stage_of_the_journey_is_the_last_that_holds(stages):
    got = labels(stages, "journey_stage", "previous_stage", "stage_entered_on", "is_move_allowed")
    named = {name: name for name in got} | {"gone": None, "once": "at_risk"}
    assert got == {name: (stage, None, AS_OF, True) for name, stage in named.items()}


def test_a_stage_remembers_since_when_and_a_move_that_cannot_be_is_told(spark, stages):
    columns = ["person_id", "journey_stage", "stage_entered_on"]
    rows = [
        ("aware", "aware", date(2026, 1, 5)), ("gone", "consider", date(2026, 1, 5)),
        ("consider", "loyal", date(2026, 1, 5)), ("first_purchase", "repeat", date(2026, 1, 5)),
        ("loyal", "lapsed", date(2026, 1, 5)), ("repeat", None, date(2026, 1, 5)),
    ]  # fmt: skip
    before = spark.createDataFrame(
        rows, "person_id string, journey_stage string, stage_entered_on date"
    )
    got = labels(
        stages,
        "previous_stage",
        "stage_entered_on",
        "is_move_allowed",
        before=before.select(*columns),
    )
    assert got["aware"] == ("aware", date(2026, 1, 5), True)  # still there
    assert got["gone"] == ("consider", AS_OF, True)
    assert got["consider"] == ("loyal", AS_OF, False)  # who bought cannot be somebody who never did
    assert got["first_purchase"] == ("repeat", AS_OF, False)
    assert got["loyal"] == ("lapsed", AS_OF, True)
    assert got["repeat"] == (None, AS_OF, True)


def test_every_move_between_stages_is_judged():
    assert set(ALLOWED_MOVES) == set(STAGES)
    orders = {
        s: n
        for n, s in enumerate(("aware", "consider", "intent", "first_purchase", "repeat", "loyal"))
    }
    for came, allowed in ALLOWED_MOVES.items():
        assert allowed <= set(STAGES)
        assert came in allowed
        for now in set(orders) - allowed:  # what is not allowed would need fewer orders than before
            assert came in ("at_risk", "lapsed") or orders[now] < orders[came]
