"""What open requests name waits in files that only their owner can read."""

import json
import stat
from dataclasses import replace

import pytest

from desirelines.errors import MachineError
from desirelines.io.erasure_inbox import Case, Inbox

CASE = Case("e-2", "2026-03-02T00:00:00+00:00", 1, (("user", 'zoé "7"'),), ("a" * 32,))


def test_a_request_comes_back_as_it_was(tmp_path):
    inbox = Inbox(str(tmp_path / "inbox"))
    found = replace(
        CASE, people=("p",), own_keys=("k",), shared_keys=("s",), ids=("i", "k"), values=("v",),
        removals=(("r1", "all", 2),), files=(("a/b", 7, "0" * 64),), over_limit="a test",
    )  # fmt: skip
    for case in (CASE, found):
        inbox.save(case)
        assert inbox.open_cases() == [case]
    file = tmp_path / "inbox" / "e-2.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert json.loads(file.read_text())["request_id"] == "e-2"


def test_the_oldest_comes_first_and_a_closed_one_is_gone(tmp_path):
    inbox = Inbox(str(tmp_path))
    older = replace(CASE, request_id="e-9", received_at="2026-03-01T00:00:00+00:00")
    for case in (CASE, older):
        inbox.save(case)
    (tmp_path / "e-2.new").write_text("half of it")  # a killed command's
    assert inbox.open_cases() == [older, CASE]
    inbox.close(CASE)
    assert [file.name for file in tmp_path.iterdir()] == ["e-9.json"]


def test_no_inbox_is_an_empty_one(tmp_path):
    assert Inbox(str(tmp_path / "none")).open_cases() == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(MachineError, match=r"erasure\.inbox: .*file cannot be written"):
        Inbox(str(place)).save(CASE)
