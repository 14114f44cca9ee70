"""Two listings of a folder, compared."""

from desirelines.erasure.file_changes import ListedFile, file_changes

A, B = ListedFile("a", 1, "d1"), ListedFile("b", 1, "d2")
B_AGAIN, C = ListedFile("b", 1, "d3"), ListedFile("c", 2, "d4")


def test_a_file_is_kept_if_path_size_and_digest_are_the_same():
    changes = file_changes([A, B, C], [B_AGAIN, C])
    assert changes.removed == (A, B)
    assert changes.added == (B_AGAIN,)
    assert changes.kept == (C,)


def test_paths_are_masked_and_not_shown_before():
    changes = file_changes([A], []).masked(lambda path: path.replace("a", "***"))
    assert changes.removed == (ListedFile("***", 1, "d1"),)
    assert "path" not in repr(A)
