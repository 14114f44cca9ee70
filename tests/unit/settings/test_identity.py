"""Settings of identity."""

import pytest
from pydantic import ValidationError

from desirelines.settings.identity import Identity


def test_logins_tell_people_apart_and_are_what_a_person_is_named_by_first():
    identity = Identity()
    assert identity.login_type in identity.unique_types
    assert identity.type_order[0] == identity.login_type
    assert identity.login_type not in identity.most_links
    assert set(identity.most_links) < set(identity.type_order)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"most_keys": 0}, "greater than 0"),
        ({"most_links": {"email": 0}}, "greater than 0"),
        ({"attribution": "sometimes"}, "next_login"),
        ({"attribution_hours": -1}, "greater than 0"),
        ({"login": "user"}, "login"),
    ],
)
def test_what_makes_no_sense_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        Identity.model_validate(given)
