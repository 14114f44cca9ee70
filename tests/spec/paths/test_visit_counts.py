"""What visits are made of, counted."""

from pyspark.sql import functions as F

from desirelines.catalogue.kinds import CONTACT_KINDS
from desirelines.paths.visit_counts import to_visit_counts, without_outbound
from tests.support.tables import table
from tests.support.walks import members


def visits(spark, people=12):
    """Everybody looks twice and buys on a Sunday; three only come, p0 goes to a page of their own.

    Everybody was sent two e-mails in a session that is no visit.
    """
    lines = [f"p{n} | true | 2026-03-01 10:00 | home view view buy | 0" for n in range(people)]
    lines += [f"p{n} | true | 2026-03-01 09:00 | home | 0" for n in range(3)]
    lines += ["p0 | true | 2026-03-01 11:00 | home my-own-page | 0"]
    lines += [f"p{n} | false | 2026-03-01 12:00 | sent sent | 2" for n in range(people)]
    rows = table(
        spark,
        "person_id | is_visit | started_at | l:steps | n:email_sent_count\n" + "\n".join(lines),
    )
    others = {f"{k}_count": F.lit(0).cast("bigint") for k in CONTACT_KINDS if k != "email_sent"}
    return rows.withColumns(others | {"is_visit": F.col("is_visit").cast("boolean")})


def counts(spark, what, segment="all", people=12):
    got = to_visit_counts(
        visits(spark, people), members(spark, people), places=2, most_paths=3, zone="Asia/Tokyo"
    )
    return {
        " ".join(r["key"]): r["n"]
        for r in got.filter(f"what = '{what}' AND segment_id = '{segment}'").collect()
    }


def test_visits_are_counted_by_place_and_what_few_people_do_is_left_out(spark):
    assert counts(spark, "length") == {"1": 16, "2": 13, "3": 12}
    assert counts(spark, "place") == {"1 home": 16, "2 view": 12}  # one went elsewhere
    assert counts(spark, "moved") == {"1 home": 13, "2 view": 12}
    assert counts(spark, "next") == {"1 home view": 12, "2 view buy": 12}  # three ended at home
    assert counts(spark, "path") == {"home view buy": 12}
    assert counts(spark, "step") == {"home": 16, "view": 12, "buy": 12}
    assert counts(spark, "move") == {
        "path_start home": 16, "home view": 12, "view buy": 12, "buy path_end": 12,
    }  # fmt: skip


def test_hours_are_those_of_the_site_and_messages_are_no_visits(spark):
    assert counts(spark, "hour") == {"7 19": 12}  # nine hours later; 18 h has three people
    assert counts(spark, "contact") == {"email_sent": 24}


def test_a_segment_is_withheld_by_which_a_small_one_could_be_computed(spark):
    assert counts(spark, "path", "big") == {}  # of twelve, two are in the other segment
    assert counts(spark, "path", "big", people=20) == {"home view buy": 10}
    assert counts(spark, "path", "tiny", people=20) == {"home view buy": 10}


def test_steps_that_are_messages_sent_leave_the_path(spark):
    rows = spark.createDataFrame(
        [(["home", "sent", "opened"], ["page", "email_sent", "email_opened"]), ([], [])],
        "steps array<string>, step_kinds array<string>",
    )
    assert [r["steps"] for r in without_outbound(rows).collect()] == [["home", "opened"], []]
