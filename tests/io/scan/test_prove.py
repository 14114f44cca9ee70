"""A scan that misses one place says so, and leaves no canary behind."""

import pytest
from pyarrow import fs

from desirelines.erasure.canaries import judged, sought_makers
from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.erasure.ways import ALL_WAYS
from desirelines.errors import SourceError
from desirelines.io.scan import prove
from desirelines.io.scan.canary_places import FILES, ORPHAN
from desirelines.io.scan.on_spark import scan_on_spark
from desirelines.io.scan.prove import planted, proven_scan
from desirelines.io.scan.run import scan

DIGEST = "0123456789abcdef" * 2
SOUGHT = (Sought(0, KEY, DIGEST), Sought(1, "email", "ann@example.com"))


@pytest.fixture(scope="module")
def world(spark, tmp_path_factory):
    """A folder with all canaries, which name they are below, and what is sought."""
    folder = tmp_path_factory.mktemp("warehouse")
    with planted(spark, str(folder)) as (name, canaries):
        yield folder, name, canaries, needles_of(c.sought for c in canaries if c.sought)
    assert list(folder.iterdir()) == []


def test_every_place_is_seen_and_the_rest_is_clean(spark, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.json").write_text("{}")
    proven = proven_scan(spark, str(tmp_path), SOUGHT)
    assert proven.blind == ()
    assert proven.is_clean
    assert len(proven.places) == len(FILES) + 2 + 7
    assert [f.path for f in proven.scan.files] == ["real/a.json"]
    assert [f.name for f in tmp_path.iterdir()] == ["real"]


def test_what_is_sought_is_found_beside_the_canaries(spark, tmp_path):
    (tmp_path / "a.json").write_text(DIGEST)
    proven = proven_scan(spark, str(tmp_path), SOUGHT)
    assert not proven.is_clean
    assert proven.scan.requests == {0}


def test_spark_sees_every_place_and_finds_what_a_plain_process_finds(spark, world):
    folder, name, canaries, needles = world
    found = scan_on_spark(spark, str(folder), needles)
    assert found == scan(str(folder), needles)
    assert judged(needles, found, canaries, name).blind == ()


@pytest.mark.parametrize("way", sorted(ALL_WAYS))
def test_a_scan_with_one_way_less_is_blind_somewhere(world, way):
    folder, name, canaries, needles = world
    proven = judged(needles, scan(str(folder), needles, ways=ALL_WAYS - {way}), canaries, name)
    assert proven.blind
    assert not proven.is_clean


def test_each_canary_is_needed_where_it_is(world):
    folder, name, canaries, needles = world
    found = scan(str(folder), needles)
    for canary in canaries:
        if canary.sought is not None:
            files = [f for f in found.below(name) if any(
                h.request == canary.sought.request for h in f.hits)]  # fmt: skip
            assert files, canary.place


def test_compressed_and_escaped_places_do_not_show_the_canary_in_their_bytes():
    new = sought_makers(lambda: DIGEST)
    shown = {"bytes of a file of an unknown kind", "text of a log", "hidden file", "nested column",
             "short identifier as a cell"}  # fmt: skip
    for file in (*FILES, ORPHAN):
        value = new(file.kind).value
        assert (value.encode() in file.of(value)) == (file.place in shown), file.place


def test_canaries_are_removed_also_after_an_error(spark, tmp_path, monkeypatch):
    def broken(folder, needles):
        assert fs.LocalFileSystem().get_file_info(fs.FileSelector(folder))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        proven_scan(spark, str(tmp_path), (), how=broken)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "_canaries_killed" / "pages").mkdir(parents=True)
    monkeypatch.setattr(prove, "plant_files", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        proven_scan(spark, str(tmp_path), ())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error_and_is_not_made(spark, tmp_path):
    with pytest.raises(SourceError, match="not there"):
        proven_scan(spark, str(tmp_path / "gone"), SOUGHT)
    assert list(tmp_path.iterdir()) == []
