"""Columns of a sample, and the names they are recognised by."""

import pytest

from desirelines.settings.sample_columns import SampleColumns, plain_name


@pytest.mark.parametrize(("column", "name"), [
    ("Order Id", "order_id"), ("orderId", "order_id"), ("order-id", "order_id"),
    ("props.orderId", "order_id"), ("actor.id", "actor_id"), ("context.user.id", "user_id"),
    ("properties.id", "id"), ("payload.type", "type"), ("repo.name", "repo_name"),
    ("context.page.path", "path"), ("id", "id"), ("device.isMobile", "is_mobile"),
])  # fmt: skip
def test_a_column_is_recognised_by_a_plain_name(column, name):
    assert plain_name(column) == name


def test_how_much_a_column_varies():
    columns = SampleColumns(
        [
            {"one": "a", "two": "ab"[n % 2], "four": "abcd"[n % 4], "rare": "ab"[n == 0]}
            for n in range(8)
        ]
    )
    assert [round(columns.variety(c), 2) for c in ("one", "two", "four", "rare")] == [0, 1, 2, 0.54]


def test_a_column_is_taken_once_and_by_how_its_values_repeat():
    rows = [{"a_id": "1", "b_id": str(n)} for n in range(10)]
    columns = SampleColumns(rows)
    assert columns.take("_id", is_unique=True) == "b_id"
    assert columns.take("_id", is_unique=True) is None
    assert columns.take("_id", repeats=True) == "a_id"
    assert SampleColumns(rows[:1]).take("_id", repeats=True) is None
