from desirelines.clusters.align import Match, match_segments


def test_the_same_people_keep_the_id_and_others_get_a_new_one_with_its_origin():
    overlap = {("a", 0): 80, ("a", 1): 20, ("b", 1): 30, ("b", 2): 70}
    matches = match_segments(overlap, {"a": 100, "b": 100}, {0: 80, 1: 50, 2: 70}, same=0.5, run_id="r")
    #         a∩0 80 of 100 → a;   b∩2 70 of 100 → b;   1 is new, most of it came from b
    assert matches == [Match(0, "a", None), Match(2, "b", None), Match(1, "c-r-03", "b")]


def test_an_id_is_given_once_even_when_two_clusters_fit():
    matches = match_segments({("a", 0): 50, ("a", 1): 50}, {"a": 100}, {0: 50, 1: 50}, same=0.5, run_id="r")
    assert sorted((m.segment_id, m.derived_from) for m in matches) == [("a", None), ("c-r-02", "a")]


def test_the_first_run_has_nothing_to_carry_over():
    assert match_segments({}, {}, {1: 5, 0: 9}, same=0.5, run_id="r") == [
        Match(0, "c-r-01", None),
        Match(1, "c-r-02", None),
    ]


def test_numbers_of_clusters_do_not_matter():
    one = match_segments({("a", 0): 9, ("b", 1): 9}, {"a": 9, "b": 9}, {0: 9, 1: 9}, same=0.5, run_id="r")
    other = match_segments({("a", 1): 9, ("b", 0): 9}, {"a": 9, "b": 9}, {0: 9, 1: 9}, same=0.5, run_id="r")
    assert {m.segment_id for m in one} == {m.segment_id for m in other} == {"a", "b"}
