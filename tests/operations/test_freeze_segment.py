"""A segment is frozen as a cohort, once."""

from desirelines import tables
from tests.support.published import conf, read, result


def people_in(spark, folder, table, condition):
    rows = read(spark, folder, table).filter(condition).collect()
    return {row["person_id"] for row in rows}


def test_members_are_kept_under_a_name_whatever_happens_to_the_segment(
    spark, first_shop, cli, capsys
):
    members = people_in(spark, first_shop, tables.SEGMENT_MEMBERS, "segment_id = 'cart_abandoner'")
    capsys.readouterr()
    for _ in range(2):  # the second time changes nothing
        name = ("--name", "Spring win-back")
        assert cli("segment", "freeze", "cart_abandoner", *name, *conf(first_shop)) == 0
        frozen = result(capsys)
        assert (frozen["people_count"], frozen["run_id"]) == (len(members), "first")
    kept = "cohort = 'Spring win-back'"
    assert people_in(spark, first_shop, tables.COHORT_MEMBERS, kept) == members
    assert read(spark, first_shop, tables.COHORT_MEMBERS).count() == len(members)
    assert people_in(spark, first_shop, tables.COHORT_MEMBERS, "rule_true & 1 = 1") == members
    assert cli("segment", "cohorts", *conf(first_shop)) == 0
    assert [c["cohort"] for c in result(capsys)] == ["Spring win-back"]
    taken = ("segment", "freeze", "new_buyer", "--name", "Spring win-back")
    assert cli(*taken, *conf(first_shop)) == 2
    said = capsys.readouterr().err
    assert "is segment cart_abandoner of run first, and a cohort never changes" in said
    assert cli("segment", "freeze", "new_buyers", "--name", "x", *conf(first_shop)) == 2
    assert "(did you mean 'new_buyer'?)" in capsys.readouterr().err
    assert cli("segment", "freeze", "new_buyer", "--name", " ", *conf(first_shop)) == 2


def test_members_of_a_command_that_was_killed_are_replaced(spark, first_shop, cli, capsys):
    """It wrote members of another segment, and no cohort."""
    arguments = ("segment", "freeze", "cart_abandoner", "--name", "A", *conf(first_shop))
    assert cli(*arguments) == 0
    cohorts = first_shop / "warehouse" / tables.SEGMENT_COHORTS.name
    for file in sorted(cohorts.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    cohorts.rmdir()
    assert cli("segment", "freeze", "new_buyer", "--name", "A", *conf(first_shop)) == 0
    expected = people_in(spark, first_shop, tables.SEGMENT_MEMBERS, "segment_id = 'new_buyer'")
    assert people_in(spark, first_shop, tables.COHORT_MEMBERS, "cohort = 'A'") == expected
