"""Current identities and owners of streams."""

from collections import Counter

from desirelines.views.identities import open_identities, open_owners
from tests.support.tables import rows_of


def test_an_identifier_has_one_person_and_a_stream_one_owner_at_a_time(second_run):
    keys = Counter(key for (key,) in rows_of(open_identities(second_run), "key"))
    assert set(keys.values()) == {1}
    starts = Counter(rows_of(open_owners(second_run), "stream_id", "from_at"))
    assert set(starts.values()) == {1}
    assert {stream for stream, _ in starts} <= set(keys)
    for rows in (open_identities(second_run), open_owners(second_run)):
        assert rows.filter("to_run IS NOT NULL").isEmpty()
