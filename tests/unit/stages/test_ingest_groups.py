"""Parts of streams that are read at the same time are written together."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from desirelines.errors import DesirelinesError
from desirelines.stages.ingest_groups import Groups


def read(streams, *, at_once=8, fails=(), delay=()):
    """Read streams, each with so many batches; give the groups and the outcome of each stream."""
    groups, outcomes = [], {}

    def write(parts):
        groups.append(sorted(parts))
        return [ValueError(part) if part in fails else None for part in parts]

    meeting = Groups(write, sources=len(streams), at_once=at_once)

    def one(name, batches):
        try:
            for number in range(batches):
                if name in delay:
                    time.sleep(0.05)
                meeting.write(f"{name}{number}")
            outcomes[name] = "read"
        except (ValueError, DesirelinesError) as error:
            outcomes[name] = str(error)
        finally:
            meeting.leave()

    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(one, *stream) for stream in streams.items()]:
            done.result(timeout=20)
    return groups, outcomes


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ({}, []),
        ({"a": 0, "b": 0}, []),
        ({"a": 1}, [["a0"]]),
        ({"a": 1, "b": 1, "c": 1}, [["a0", "b0", "c0"]]),
        ({"a": 3, "b": 1, "c": 0}, [["a0", "b0"], ["a1"], ["a2"]]),
        ({"a": 2, "b": 2}, [["a0", "b0"], ["a1", "b1"]]),
    ],
)
def test_a_group_has_a_part_of_every_stream_that_still_has_one(streams, expected):
    for late in ("", "a", "b"):
        groups, outcomes = read(streams, delay=late)
        assert groups == expected
        assert outcomes == dict.fromkeys(streams, "read")


def test_streams_beyond_those_read_at_once_do_not_hold_the_others_up():
    groups, outcomes = read(dict.fromkeys("abcde", 2), at_once=2)
    assert sorted(part for group in groups for part in group) == sorted(
        f"{name}{number}" for name in "abcde" for number in range(2)
    )
    assert max(map(len, groups)) == 2
    assert set(outcomes.values()) == {"read"}


def test_the_fault_of_a_part_is_its_own_streams():
    groups, outcomes = read({"a": 2, "b": 2, "c": 1}, fails={"b0"})
    assert groups == [["a0", "b0", "c0"], ["a1"]]
    assert outcomes == {"a": "read", "b": "b0", "c": "read"}


def test_a_group_that_cannot_be_written_fails_all_its_streams():
    def write(parts):
        raise OSError("the disk is full")

    meeting = Groups(write, sources=2, at_once=2)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(meeting.write, name) for name in "ab"]:
            with pytest.raises(OSError, match="the disk is full"):
                done.result(timeout=20)


def test_when_another_source_failed_nobody_waits_and_nothing_is_written():
    written = []
    meeting = Groups(lambda parts: written.append(parts) or [], sources=3, at_once=3)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(meeting.write, name) for name in "ab"]
        meeting.give_up()
        for done in waiting:
            with pytest.raises(DesirelinesError, match="another source failed"):
                done.result(timeout=20)
    assert written == []
