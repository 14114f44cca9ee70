"""Sizes and moves of one run beside the sizes of the run before."""

from desirelines.history.publishable import Counted, Move, publishable_sizes_and_moves


def published(counted, moves, before):
    sizes, shown = publishable_sizes_and_moves(
        {s: Counted(*c) for s, c in counted.items()},
        [Move(*m) for m in moves],
        before,
        main=["a", "b"],
    )
    return (
        {s["segment_id"]: (s["people_count"], s["entered_count"], s["left_count"]) for s in sizes},
        {
            (m["from_segment_id"], m["to_segment_id"]): (
                m["people_count"], m["behaviour_count"], m["model_count"],
            )
            for m in shown
        },
    )  # fmt: skip


def test_large_numbers_are_told_with_why_people_moved():
    sizes, moves = published(
        {"a": (110, 30, 40), "b": (140, 40, 30), "rule": (50, 20, 10)},
        [("a", "a", 80, 0), ("a", "b", 40, 15), ("b", "a", 30, 4), ("b", "b", 100, 0)],
        {"a": 120, "b": 130, "rule": 40},
    )
    assert sizes == {"a": (110, 30, 40), "b": (140, 40, 30), "rule": (50, 20, 10)}
    assert moves == {
        ("a", "a"): (80, None, None),
        ("a", "b"): (40, 25, 15),
        ("b", "a"): (30, None, None),  # four by the model would follow
        ("b", "b"): (100, None, None),
    }


def test_a_small_move_hides_what_it_would_follow_from():
    sizes, moves = published(
        {"a": (110, 3, 40), "b": (140, 40, 3)},
        [("a", "a", 107, 0), ("a", "b", 40, 0), ("b", "a", 3, 0), ("b", "b", 100, 0)],
        {"a": 147, "b": 103},
    )
    assert {s: size[0] for s, size in sizes.items()} == {"a": 110, "b": 140}
    assert ("b", "a") not in moves
    assert len(moves) < 3  # with three of the four the small one would follow from the sizes
    for segment, (_, entered, left) in sizes.items():
        assert ((entered, left) == (None, None)) or (segment, segment) in moves


def test_few_people_of_a_segment_are_withheld_with_another():
    sizes, _ = published({"a": (4, 4, 0), "b": (140, 140, 0)}, [], {})
    assert sizes == {"a": (None, None, None), "b": (None, None, None)}


def test_people_left_out_for_consent_are_told_where_neither_they_nor_the_rest_are_few():
    counted = {
        #              people, entered, left, left out
        "a": Counted(110, 0, 0),
        "b": Counted(140, 0, 0),
        "many": Counted(50, 0, 0, 30),
        "none": Counted(50, 0, 0, 0),
        "few": Counted(50, 0, 0, 9),
        "few_others": Counted(50, 0, 0, 195),
        "withheld": Counted(5, 0, 0, 30),
    }
    sizes, _ = publishable_sizes_and_moves(counted, [], {}, main=["a", "b"])
    assert {s["segment_id"]: s["left_out_count"] for s in sizes} == {
        "a": None, "b": None, "many": 30, "none": 0, "few": None, "few_others": None,
        "withheld": None,
    }  # fmt: skip
