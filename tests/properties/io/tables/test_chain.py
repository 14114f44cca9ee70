"""The chain of published runs, whatever the table holds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirelines.io.tables.chain import after_all, chain_of


class Publication:
    def __init__(self, run_id, base_run_id):
        self.run_id, self.base_run_id = run_id, base_run_id


NAMES = st.sampled_from(["none", *"abcde"])


@given(st.lists(st.tuples(st.sampled_from("abcde"), NAMES), max_size=8))
def test_reading_the_chain_ends_whatever_the_table_holds_and_names_what_is_wrong(pairs):
    chain, faults = chain_of([Publication(*pair) for pair in pairs])
    ids = [p.run_id for p in chain]
    assert len(set(ids)) == len(ids)
    assert [p.base_run_id for p in chain] == ["none", *ids][: len(ids)]
    is_sound = len(ids) == len(pairs)
    assert bool(faults) != is_sound


@pytest.mark.parametrize(
    ("pairs", "ids", "faults"),
    [
        ([("a", "none"), ("b", "a")], ["a", "b"], []),
        ([("a", "none"), ("b", "a"), ("a", "b")], ["a", "b"],
         ["run a is published twice, after none and after b"]),
        ([("a", "none"), ("b", "none")], ["a"], ["runs a and b both follow none"]),
        ([("a", "none"), ("b", "x")], ["a"], ["run b follows x, which was never published"]),
        ([("a", "b"), ("b", "a")], [],
         ["run a follows b, which is outside the chain",
          "run b follows a, which is outside the chain"]),
    ],
)  # fmt: skip
def test_faults_of_the_chain_in_words(pairs, ids, faults):
    chain, messages = chain_of([Publication(*pair) for pair in pairs])
    assert ([p.run_id for p in chain], messages) == (ids, faults)


def test_a_publication_is_recorded_after_those_before_it_whatever_the_clock_says():
    nine, ten = (datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in (9, 10))
    assert after_all([], nine) == nine
    assert after_all([nine], ten) == ten
    assert after_all([nine, ten], ten) == ten.replace(microsecond=1000)
    assert after_all([ten, nine], nine) == ten.replace(microsecond=1000)
