"""The picture of the search for the number of groups."""

from desirelines.report.choose_k_chart import Dot, evidence
from tests.support.report import parsed, text_of


def test_methods_are_named_and_the_chosen_number_has_a_ring():
    dots = [
        Dot("kmeans", 2, 0.3, False), Dot("kmeans", 3, 0.5, True),
        Dot("bisecting_kmeans", 3, 0.4, False),
    ]  # fmt: skip
    picture = evidence(dots)
    assert parsed(picture).names[0] == "svg"
    assert "bisecting kmeans" in text_of(picture)
    assert "chosen" in text_of(picture)
    assert 'aria-label="3 groups, kmeans: evidence 0.500, chosen"' in picture
    unkept = evidence([Dot(d.algorithm, d.k, d.evidence, False) for d in dots])
    assert "chosen" not in unkept
    assert picture == evidence(list(dots))


def test_one_group_is_one_group():
    picture = evidence([Dot("kmeans", 1, 0.0, True), Dot("kmeans", 2, 0.1, False)])
    assert "1 group, kmeans" in picture
    assert "bisecting" not in picture
