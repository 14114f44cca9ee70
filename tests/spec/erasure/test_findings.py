"""What makes a scan clean."""

import pytest

from desirelines.erasure.findings import Hit, Scan, ScannedFile, in_order

HIT = Hit("bytes", 3, "key")


def file(number=0, *, path="a", hits=(), why=""):
    return ScannedFile(path, number, 5, "d", hits, not why, why)


@pytest.mark.parametrize(
    ("files", "off", "is_clean"),
    [
        ((), (), True),
        ((file(),), (), True),
        ((file(hits=(HIT,)), file(1)), (), False),
        ((file(why="broken"), file(1)), (), False),
        ((file(),), ("gzip",), False),
    ],
)
def test_a_scan_is_clean_if_all_was_read_in_all_ways_and_nothing_found(files, off, is_clean):
    assert Scan(files, frozenset(off)).is_clean == is_clean


def test_a_scan_names_the_files_that_are_not_clean_and_the_requests():
    found, broken = file(0, hits=(HIT,)), file(1, why="broken")
    scan = in_order([broken, file(2), found], frozenset())
    assert scan.unclean == (found, broken)
    assert scan.requests == {3}
    assert scan.size == 15


def test_a_folder_is_set_apart_and_one_whose_name_begins_so_is_not():
    scan = Scan((file(path="_c/x"), file(1, path="_c2/y"), file(2, path="z")))
    assert [f.path for f in scan.without("_c").files] == ["_c2/y", "z"]
    assert [f.path for f in scan.below("_c")] == ["x"]
