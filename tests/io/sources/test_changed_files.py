"""A file that was written again after its stream listed it is named."""

import json
import os

from desirelines.io.sources.changed_files import changed_files

LISTED_AT = 1_767_600_000_000


def test_what_was_written_later_has_changed(tmp_path):
    later = {"same.csv": 0, "grew.csv": 5_000, "my file.csv": 1, "older.csv": -1}
    entries = [
        {"path": (tmp_path / name).as_uri(), "timestamp": LISTED_AT, "batchId": 0}
        for name in [*later, "gone.csv"]
    ]
    for name, millis in later.items():
        (tmp_path / name).write_text("x")
        nanos = (LISTED_AT + millis) * 1_000_000
        os.utime(tmp_path / name, ns=(nanos, nanos))
    log = tmp_path / "checkpoint" / "sources" / "0"
    log.mkdir(parents=True)
    (log / "0").write_text("v1\n" + "\n".join(json.dumps(e) for e in entries[:2]))
    (log / "1").write_text("v1\n" + "\n".join(json.dumps(e) for e in entries[2:]))
    (log / ".1.crc").write_bytes(b"\xff")
    (log / "2").write_bytes(b"v1\n\xff")  # damaged
    assert changed_files(str(tmp_path / "checkpoint")) == ["grew.csv", "my file.csv"]


def test_nothing_is_known_without_a_checkpoint_here(tmp_path):
    assert changed_files(str(tmp_path / "none")) == []
    assert changed_files("s3a://warehouse/checkpoint") == []
