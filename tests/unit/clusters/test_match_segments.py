from desirelines.clusters.match_segments import Match, match_segments


def test_the_same_people_keep_the_id_and_others_get_a_new_one_with_its_origin():
    overlap = {("a", 0): 80, ("a", 1): 20, ("b", 1): 30, ("b", 2): 70}
    matches = match_segments(
        overlap, {"a": 100, "b": 100}, {0: 80, 1: 50, 2: 70}, same=0.5, run_id="r"
    )
    #         a∩0 80 of 100 → a;   b∩2 70 of 100 → b;   1 is new, most of it came from b
    #         b gave 30 of its 100 to 1 and 70 to 2: it split
    assert matches == [
        Match(0, "a", "same", ()),
        Match(2, "b", "split", ("b",)),
        Match(1, "c-r-03", "merge", ("b", "a")),
    ]


def test_an_id_is_given_once_even_when_two_clusters_fit():
    matches = match_segments(
        {("a", 0): 50, ("a", 1): 50}, {"a": 100}, {0: 50, 1: 50}, same=0.5, run_id="r"
    )
    assert [(m.segment_id, m.origin, m.derived_from) for m in matches] == [
        ("a", "split", ("a",)),
        ("c-r-02", "split", ("a",)),
    ]


def test_the_first_run_has_nothing_to_carry_over():
    assert match_segments({}, {}, {1: 5, 0: 9}, same=0.5, run_id="r") == [
        Match(0, "c-r-01", "new", ()),
        Match(1, "c-r-02", "new", ()),
    ]


def test_numbers_of_clusters_do_not_matter():
    one = match_segments(
        {("a", 0): 9, ("b", 1): 9}, {"a": 9, "b": 9}, {0: 9, 1: 9}, same=0.5, run_id="r"
    )
    other = match_segments(
        {("a", 1): 9, ("b", 0): 9}, {"a": 9, "b": 9}, {0: 9, 1: 9}, same=0.5, run_id="r"
    )
    assert {m.segment_id for m in one} == {m.segment_id for m in other} == {"a", "b"}


def test_two_that_became_one_and_one_that_drew_from_many():
    merged = match_segments(
        {("a", 0): 60, ("b", 0): 40}, {"a": 60, "b": 40}, {0: 100}, same=0.5, run_id="r"
    )
    assert merged == [Match(0, "a", "merge", ("a", "b"))]  # the larger one's id stays
    old = dict.fromkeys("abcde", 100)
    overlap = {(name, 0): 20 for name in old} | {
        (name, n): 80 for n, name in enumerate(old, start=1)
    }
    drawn = match_segments(
        overlap, old, {0: 100} | dict.fromkeys(range(1, 6), 80), same=0.5, run_id="r"
    )
    assert drawn[0] == Match(0, "c-r-01", "grown", ("a",))  # a fifth of each: no split, no merge
    assert {(m.segment_id, m.origin) for m in drawn[1:]} == {(name, "same") for name in old}
