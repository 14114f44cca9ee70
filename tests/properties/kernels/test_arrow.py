"""Arrow batches regrouped so that no person is split."""

from itertools import accumulate, groupby, pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.kernels.arrow import whole_people


def batches(rows, sizes):
    """The rows (person, grain) cut into batches of these sizes, and what is left."""
    bounds = [min(b, len(rows)) for b in (0, *accumulate(sizes), len(rows))]
    for begin, end in pairwise(bounds):
        part = rows[begin:end]
        columns = {
            "person_id": pa.array([p for p, _ in part], pa.string()),
            "grain": pa.array([g for _, g in part], pa.string()),
        }
        yield pa.RecordBatch.from_pydict(columns)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from("abc"), max_size=9),
    st.lists(st.sampled_from("abc"), unique=True),
    st.lists(st.integers(0, 3), max_size=5),
)
def test_no_row_is_lost_and_nobody_is_divided(sessions, people, sizes):
    rows = [(p, "session") for p in sorted(sessions)] + [(p, "person") for p in sorted(people)]
    portions = [
        list(zip(*part.to_pydict().values(), strict=True))
        for part in whole_people(batches(rows, sizes), "grain")
    ]
    assert [row for part in portions for row in part] == rows
    runs = [key for part in portions for key, _ in groupby(part)]
    assert len(runs) == len(set(runs))


def test_people_who_are_whole_are_not_kept_back():
    rows = [(person, "session") for person in "aabbc"]
    given_out = [part.num_rows for part in whole_people(batches(rows, [2, 2]))]
    assert given_out == [2, 2, 1]


def test_rows_in_another_order_are_refused():
    rows = [("a", "session"), ("b", "session"), ("a", "session")]
    with pytest.raises(ValueError, match="are not together"):
        list(whole_people(batches(rows, [2]), "grain"))
