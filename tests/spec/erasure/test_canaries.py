"""When a scan has proven that it sees."""

from desirelines.erasure.canaries import Canary, judged, sought_makers
from desirelines.erasure.findings import Hit, Scan, ScannedFile
from desirelines.erasure.needles import KEY, needles_of

NEW = sought_makers(lambda: "0123456789abcdef" * 2)
ONE, OTHER = NEW("identifier"), NEW(KEY)
CANARIES = (
    Canary("a log", "t/*.json", ONE),
    Canary("a page", "t/*.parquet", OTHER),
    Canary("a broken file", "broken", None),
)


def file(path, request=None, *, is_readable=True):
    hits = () if request is None else (Hit("bytes", request, "key"),)
    return ScannedFile(path, 0, 1, "d", hits, is_readable)


NEEDLES = needles_of(())
SEEN = (
    file("real/x"), file("_c/t/0.json", -1), file("_c/t/1.parquet", -2),
    file("_c/broken", is_readable=False),
)  # fmt: skip


def test_a_scan_that_finds_every_canary_says_of_the_rest_whether_it_is_clean():
    proven = judged(NEEDLES, Scan(SEEN), CANARIES, "_c")
    assert proven.is_clean
    assert proven.is_proven
    assert [f.path for f in proven.scan.files] == ["real/x"]
    assert not judged(NEEDLES, Scan((*SEEN, file("real/y", 5))), CANARIES, "_c").is_clean


def test_one_canary_that_is_not_found_makes_the_scan_worth_nothing():
    for n, place in ((1, "a log"), (2, "a page"), (3, "a broken file")):
        proven = judged(NEEDLES, Scan(SEEN[:n] + SEEN[n + 1 :]), CANARIES, "_c")
        assert not proven.is_clean
        assert proven.blind == (place,)


def test_a_scan_without_canaries_proves_nothing():
    proven = judged(NEEDLES, Scan(SEEN[:1]), (), "_c")
    assert (proven.blind, proven.is_proven, proven.is_clean) == ((), False, False)


def test_a_canary_counts_in_its_own_place_alone():
    swapped = (SEEN[0], file("_c/t/0.json", -2), file("_c/t/1.parquet", -1), SEEN[3])
    assert judged(NEEDLES, Scan(swapped), CANARIES, "_c").blind == ("a log", "a page")


def test_without_canaries_nothing_is_proven():
    assert not judged(NEEDLES, Scan(()), (), "_c").is_clean


def test_canaries_are_sought_below_zero_and_can_be_looked_for():
    made = [NEW(kind) for kind in ("identifier", KEY, "number", "short")]
    assert all(one.request < 0 for one in made)
    needles = needles_of(made)
    assert [needles.is_short(n) for n in range(4)] == [False, False, False, True]
    assert needles.numbers
