"""The past of a person and of a segment."""

import pytest

from desirelines import tables
from desirelines.errors import SettingsError
from desirelines.operations.member_history import history_of_person, history_of_segment
from tests.support.published import conf, result


def test_a_person_s_stays_are_those_of_their_changes(second_run):
    changes = second_run.warehouse.read(tables.SEGMENT_CHANGES).collect()
    person = min(r["person_id"] for r in changes if r["segment_id"] == "new_buyer")
    stays = history_of_person(second_run, key=person, identifier=None)
    mine = [r for r in changes if r["person_id"] == person]
    assert {(s.segment_id, s.from_run_id) for s in stays} == {
        (r["segment_id"], r["run_id"]) for r in mine if r["change"] != "left"
    }
    ended = {
        (r["segment_id"], r["run_id"], r["effective_on"]) for r in mine if r["change"] == "left"
    }
    assert {(s.segment_id, s.to_run_id, s.valid_to) for s in stays if s.to_run_id} == ended
    main = [s for s in stays if s.is_primary]
    assert len(main) == 1
    assert all(s.name for s in stays)


def test_a_segment_has_a_row_for_every_run_with_its_size_and_scorecard(second_run):
    rows = history_of_segment(second_run, "new_buyer")
    assert [(r.run_id, r.status, r.name) for r in rows] == [
        ("first", "PUBLISHED", "New buyers"),
        ("second", "PUBLISHED", "New buyers"),
    ]
    sizes = {
        r["run_id"]: r["people_count"]
        for r in second_run.warehouse.rows(
            tables.SEGMENT_SIZES, where={"segment_id": ["new_buyer"]}
        )
    }
    assert {r.run_id: r.people for r in rows} == sizes
    assert rows[0].measurable == 1
    assert rows[0].distinct > 1


def test_a_segment_that_no_run_has_is_named_with_the_nearest(second_run):
    with pytest.raises(SettingsError, match=r"'new_byer' \(did you mean 'new_buyer'\?\)"):
        history_of_segment(second_run, "new_byer")


def test_the_command_asks_one_question_at_a_time(first_shop, cli, capsys):
    assert cli("history", "--run", "first", "--segment", "lapsed", *conf(first_shop)) == 2
    assert "give one of --run, --segment, --person and --identifier" in capsys.readouterr().err
    assert cli("history", "--segment", "new_buyer", *conf(first_shop)) == 0
    assert [row["run_id"] for row in result(capsys)] == ["first"]
    assert cli("history", "--person", "nobody", *conf(first_shop)) == 4
