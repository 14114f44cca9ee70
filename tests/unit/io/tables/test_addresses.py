"""Addresses of tables, and a folder that can be written."""

from pathlib import Path

import pytest

from desirelines.errors import MachineError
from desirelines.io.tables.addresses import absolute, make_writable, quoted


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("warehouse", str(Path.cwd() / "warehouse")),
        ("/data/../warehouse/", "/warehouse"),
        ("s3://bucket/warehouse/", "s3://bucket/warehouse"),
        ("abfss://box@store/w", "abfss://box@store/w"),
    ],
)
def test_a_folder_has_one_address_wherever_it_is_read(path, expected):
    assert absolute(path) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("events", "`events`"), ("a`b", "`a``b`"), ("a.b", "`a.b`"), ("", "``")]
)
def test_a_name_cannot_leave_its_quotes(name, expected):
    assert quoted(name) == expected


def test_a_warehouse_is_made_for_its_owner_and_tried(tmp_path):
    folder = tmp_path / "deep" / "warehouse"
    make_writable(folder)
    assert (folder.stat().st_mode & 0o777, list(folder.iterdir())) == (0o700, [])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MachineError, match=r"cannot be written \(Not a directory\)"):
        make_writable(tmp_path / "file" / "warehouse")
