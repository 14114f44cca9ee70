"""Every file is walked to."""

import pytest
from pyarrow import fs

from desirelines.errors import SourceError
from desirelines.io.scan import walk as module
from desirelines.io.scan.walk import file_system, walk


def test_hidden_files_orphans_and_empty_folders_are_walked_to(tmp_path):
    for name in ("t/a.parquet", "t/_delta_log/0.json", "t/_delta_log/.0.json.crc", ".h/x", "_t/y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "t/user=7").mkdir()
    found = walk(str(tmp_path))
    assert [(f.path, f.is_file) for f in found] == [
        (".h/x", True), ("_t/y", True), ("t/_delta_log/.0.json.crc", True),
        ("t/_delta_log/0.json", True), ("t/a.parquet", True), ("t/user=7", False),
    ]  # fmt: skip
    assert [f.number for f in found] == list(range(6))
    assert "user" not in repr(found)


def test_a_folder_by_its_uri_is_the_same_folder(tmp_path):
    (tmp_path / "a b%").write_text("text")
    assert [f.path for f in walk(tmp_path.as_uri())] == ["a b%"]


def test_a_folder_that_is_not_there_is_an_error_and_not_empty(tmp_path):
    with pytest.raises(SourceError, match="cannot be listed"):
        walk(str(tmp_path / "gone"))


def test_a_link_to_a_folder_is_not_followed_and_not_passed_over(tmp_path):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "back").symlink_to(tmp_path)
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    found = walk(str(tmp_path))
    assert [(f.path, f.is_file, bool(f.why)) for f in found] == [
        ("nowhere", False, True), ("t/back", False, True),
    ]  # fmt: skip


def test_a_store_is_walked_as_a_disk_is(tmp_path, monkeypatch):
    for name in ("b/.h", "b/t/_log/0.json", "a", "b-c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "b/empty").mkdir()
    on_disk = walk(str(tmp_path))
    store = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    monkeypatch.setattr(module, "file_system", lambda folder: (store, ""))
    in_store = walk("store://bucket")
    assert [(f.path, f.size, f.is_file) for f in in_store] == [
        (f.path, f.size, f.is_file) for f in on_disk
    ]


def test_a_store_that_nobody_knows_is_an_error():
    with pytest.raises(Exception, match="s3n"):
        file_system("s3n://bucket/folder")
