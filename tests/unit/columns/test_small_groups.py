"""Which numbers are withheld, on tables small enough to follow."""

import numpy as np
import pytest

from desirelines.columns.small_groups import (
    hidden_cells,
    hidden_of_rule,
    hidden_parts,
    is_small,
    publishable_count,
)


@pytest.mark.parametrize(
    ("count", "small"), [(0, False), (1, True), (9, True), (10, False), (-1, False)]
)
def test_one_to_nine_people_are_few_and_nobody_is_not(count, small):
    assert is_small(count) is small


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 20, "b": 30}, ""),
        ({"a": 20, "b": 30, "c": 0}, ""),
        ({"a": 20, "b": 30, "c": 5}, "ac"),  # the five would follow; the next smallest goes along
        ({"a": 20, "b": 30, "c": 5, "d": 5}, "cd"),  # ten together say nothing of five
        ({"a": 20, "b": 20, "c": 5}, "ac"),  # on a tie the first by name
        ({"a": 5}, "a"),
        ({}, ""),
    ],
)
def test_a_small_part_takes_the_next_smallest_with_it(sizes, hidden):
    assert hidden_parts(sizes) == frozenset(hidden)


@pytest.mark.parametrize(
    ("people", "gone"),
    [
        ([[20, 30], [40, 50]], [[0, 0], [0, 0]]),
        ([[3, 30], [40, 50]], [[1, 1], [1, 1]]),  # sums are known both ways: only a square helps
        ([[3, 30, 90], [40, 50, 90], [90, 90, 90]], [[1, 1, 0], [1, 1, 0], [0, 0, 0]]),
        ([[0, 30], [40, 50]], [[0, 0], [0, 0]]),  # that nobody did it may be told
    ],
)
def test_people_of_a_small_cell_can_change_places_in_a_square(people, gone):
    found = hidden_cells(np.array(people, dtype=np.int64))
    assert found.astype(int).tolist() == gone


def test_without_a_square_the_whole_table_is_withheld():
    assert hidden_cells(np.array([[3, 30]], dtype=np.int64)) is None


@pytest.mark.parametrize(
    ("people", "whole", "gone"),
    [
        ([20, 30], [90, 90], [0, 0]),
        ([5, 30], [90, 90], [1, 1]),  # with the total of the segment the five would follow
        ([20, 85], [90, 90], [1, 1]),  # five of everybody are not in it
        ([5, 0], [90, 90], None),
    ],
)
def test_a_rule_s_segment_is_held_against_its_rest(people, whole, gone):
    found = hidden_of_rule(np.array(people), np.array(whole), np.zeros(2, dtype=bool))
    assert (None if found is None else found.astype(int).tolist()) == gone


@pytest.mark.parametrize(
    ("count", "of", "shown"),
    [(0, 50, 0), (9, 50, None), (10, 50, 10), (40, 50, 40), (41, 50, None), (50, 50, 50)],
)
def test_a_count_is_told_where_neither_it_nor_the_rest_is_small(count, of, shown):
    assert publishable_count(count, of) == shown
