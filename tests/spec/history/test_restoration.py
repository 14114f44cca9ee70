"""Members of an older run as people of today."""

from desirelines.history.restoration import to_people_since, to_restored_members
from tests.support.tables import rows_of, table

UNTIL = "run_id\nr1\nr2"
NO_OWNERS = "stream_id | person_id | from_run | to_run"


def people_since(spark, people, identities, owners=NO_OWNERS):
    pairs = to_people_since(
        table(spark, people), table(spark, identities), table(spark, owners), table(spark, UNTIL)
    )
    return rows_of(pairs, "old_person_id", "person_id")


def test_people_of_then_are_today_whoever_owns_their_identifiers(spark):
    """After run r2, ben was merged into ann, and cat was split into cat and dan."""
    identities = """
        key      | person_id | from_run | to_run
        ann-mail | ann       | r1       |
        ben-mail | ben       | r1       | r3
        ben-mail | ann       | r3       |
        cat-mail | cat       | r2       |
        dan-mail | cat       | r2       | r4
        dan-mail | dan       | r4       |
        eva-mail | eva       | r3       |
    """
    assert people_since(spark, "person_id\nann\nben\ncat\nfay", identities) == [
        ("ann", "ann"),
        ("ben", "ann"),
        ("cat", "cat"),
        ("cat", "dan"),
        ("fay", "fay"),  # a stream without identifiers stands for itself
    ]


def test_rows_that_had_ended_by_then_do_not_count(spark):
    """In run r2 the mail had already gone from ben to ann; it went on to cat later."""
    identities = """
        key  | person_id | from_run | to_run
        mail | ben       | r1       | r2
        mail | ann       | r2       | r3
        mail | cat       | r3       |
    """
    assert people_since(spark, "person_id\nann\nben", identities) == [
        ("ann", "cat"),
        ("ben", "ben"),
    ]


def test_a_stream_that_stood_for_itself_is_its_owners_of_today(spark):
    owners = """
        stream_id | person_id | from_run | to_run
        cookie    | ann       | r3       |
        cookie    | ben       | r4       |
        old       | cat       | r3       | r4
    """
    no_identities = "key | person_id | from_run | to_run"
    assert people_since(spark, "person_id\ncookie\nold", no_identities, owners) == [
        ("cookie", "ann"),
        ("cookie", "ben"),
        ("old", "old"),
    ]


def test_who_is_two_people_of_then_has_one_main_segment_and_all_rule_segments(spark):
    members = table(spark, """
        person_id | segment_id | is_primary | since_on
        ann       | c-2        | true       | 2026-01-05
        ann       | buyers     | false      | 2026-01-05
        ben       | c-1        | true       | 2026-02-01
        ben       | lapsed     | false      | 2026-02-01
        ben       | buyers     | false      | 2026-02-01
        cat       | c-1        | true       | 2026-02-01
        gus       | c-1        | true       | 2026-02-01
    """)  # fmt: skip
    since = table(spark, "old_person_id | person_id\nann|ann\nben|ann\ncat|cat")
    restored = to_restored_members(members, since, buckets=4)
    assert rows_of(restored, "person_id", "segment_id", "is_primary") == [
        ("ann", "buyers", False),
        ("ann", "c-2", True),  # the earlier of the two
        ("ann", "lapsed", False),
        ("cat", "c-1", True),
    ]  # gus is nobody today
    assert {row["bucket"] for row in restored.collect()} <= {0, 1, 2, 3}
