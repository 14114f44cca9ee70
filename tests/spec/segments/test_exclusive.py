"""One segment for each person, by an ordered list."""

import pytest

from desirelines.segments.exclusive import to_exclusive
from desirelines.tables import SEGMENT_MEMBERS
from desirelines.tables.conform import conform
from tests.support.tables import rows_of, table


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (["lapsed", "rich"], {"ann": "lapsed", "ben": "rich", "cat": "c-2"}),
        (["rich", "lapsed"], {"ann": "rich", "ben": "rich", "cat": "c-2"}),
        (["c-1", "rich"], {"ann": "c-1", "ben": "rich", "cat": "c-2"}),
        ([], {"ann": "c-1", "ben": "c-2", "cat": "c-2"}),
    ],
)
def test_the_first_of_the_list_counts_and_else_the_main_segment(spark, order, expected):
    members = table(spark, """
        person_id | segment_id | is_primary | since_on   | n:bucket | run_id
        ann       | c-1        | true       | 2026-01-05 | 1        | r
        ann       | rich       | false      | 2026-02-05 | 1        | r
        ann       | lapsed     | false      | 2026-02-05 | 1        | r
        ben       | c-2        | true       | 2026-01-05 | 2        | r
        ben       | rich       | false      | 2026-01-05 | 2        | r
        cat       | c-2        | true       | 2026-01-05 | 3        | r
        cat       | other      | false      | 2026-01-05 | 3        | r
    """)  # fmt: skip
    fresh = ("computed_at", "data_through", "expires_at")
    whole = members.selectExpr("*", *(f"null AS {name}" for name in fresh))
    exclusive = to_exclusive(conform(whole, SEGMENT_MEMBERS), order)
    assert exclusive.columns == SEGMENT_MEMBERS.column_names
    assert dict(rows_of(exclusive, "person_id", "segment_id")) == expected
