"""Kinds of events."""

from desirelines.catalogue.kinds import KINDS, RESERVED_STEPS, VIEW_KINDS, VISIT_KINDS


def test_a_kind_has_one_number_and_kinds_of_visits_and_views_are_kinds():
    assert len(set(KINDS)) == len(KINDS)
    assert set(VIEW_KINDS) < set(VISIT_KINDS) < set(KINDS)
    assert not set(RESERVED_STEPS) & set(KINDS)


def test_what_others_do_to_a_person_is_no_visit():
    assert not [k for k in VISIT_KINDS if k.startswith(("email", "push", "sms"))]
    assert not {"purchase", "refund", "support", "survey"} & set(VISIT_KINDS)
