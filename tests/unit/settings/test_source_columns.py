"""Ways to say where a value is."""

import pytest
from pydantic import ValidationError

from desirelines.settings.source_columns import Identifier, TimeColumn, ValueColumn


@pytest.mark.parametrize(
    ("kind", "given", "names"),
    [
        (ValueColumn, {"column": "a"}, ("a",)),
        (ValueColumn, {"first_of": ["a", "b"]}, ("a", "b")),
        (ValueColumn, {"product": ["a", "b"]}, ("a", "b")),
        (ValueColumn, {"value": "a"}, ()),
        (TimeColumn, {"first_of": ["a", "b"], "pattern": "yyyy-MM-dd"}, ("a", "b")),
        (Identifier, {"column": "a", "keep_value": True}, ("a",)),
    ],
)
def test_the_columns_that_a_value_names(kind, given, names):
    assert kind.model_validate(given).names == names


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (ValueColumn, {}, "exactly one of column, first_of, value, product, sql"),
        (TimeColumn, {"column": "a", "first_of": ["a", "b"]}, "exactly one of column, first_of"),
        (Identifier, {"keep_value": True}, "exactly one of column, first_of"),
        (Identifier, {"first_of": ["a"]}, "at least 2 items"),
    ],
)
def test_a_value_is_given_in_exactly_one_way(kind, given, message):
    with pytest.raises(ValidationError, match=message):
        kind.model_validate(given)
