"""A scan of a folder, and listings of it."""

from desirelines.erasure.file_changes import ListedFile
from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.erasure.ways import ALL_WAYS
from desirelines.io.scan.run import changed_files, list_files, scan, scan_places

DIGEST = "0123456789abcdef" * 2
NEEDLES = needles_of([Sought(0, KEY, DIGEST)])


def test_threads_find_what_one_finds_in_the_same_order(tmp_path):
    for n in range(30):
        (tmp_path / f"{n:02}").write_text(DIGEST if n % 3 == 0 else "nothing")
    alone, together = (scan(str(tmp_path), NEEDLES, workers=n) for n in (1, 4))
    assert alone == together
    assert [f.path for f in alone.unclean] == [f"{n:02}" for n in range(0, 30, 3)]


def test_nothing_sought_and_nothing_there_is_clean(tmp_path):
    assert scan(str(tmp_path), needles_of([])).is_clean
    (tmp_path / "a.json").write_text("{}")
    assert scan(str(tmp_path), needles_of([])).is_clean


def test_a_scan_that_does_not_read_in_all_ways_is_never_clean(tmp_path):
    assert scan(str(tmp_path), NEEDLES).is_clean
    assert not scan(str(tmp_path), NEEDLES, ways=ALL_WAYS - {"gzip"}).is_clean


def test_listings_before_and_after_tell_what_happened(tmp_path):
    for name in ("a", "b", ".c", f"{DIGEST}.parquet"):
        (tmp_path / name).write_text(name)
    before = list_files(str(tmp_path))
    (tmp_path / f"{DIGEST}.parquet").unlink()
    (tmp_path / "b").write_text("B")
    changes = changed_files(before, list_files(str(tmp_path)), NEEDLES)
    assert [f.path for f in changes.removed] == ["***", "b"]
    assert [f.path for f in changes.added] == ["b"]
    assert [f.path for f in changes.kept] == [".c", "a"]
    assert isinstance(changes.kept[0], ListedFile)


def test_single_files_and_folders_are_scanned_in_one(tmp_path):
    (tmp_path / "report.html").write_text(f"<p>{DIGEST}</p>")
    (tmp_path / "runs" / "1").mkdir(parents=True)
    (tmp_path / "runs" / "1" / "tag").write_text(DIGEST)
    (tmp_path / "runs" / "clean").write_text("nothing")
    (tmp_path / "elsewhere").write_text(DIGEST)
    found = scan_places([tmp_path / "report.html", tmp_path / "runs"], NEEDLES)
    assert [f.path for f in found.files] == ["report.html", "runs/1/tag", "runs/clean"]
    assert [f.path for f in found.unclean] == ["report.html", "runs/1/tag"]
