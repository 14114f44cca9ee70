"""The Delta jars: there, and the released ones, or they are fetched."""

import hashlib

import pytest

from desirelines.io.spark import jars

CONTENT = {"one.jar": b"the one", "other.jar": b"the other"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two jars in place of the environment's."""
    known = {name: (f"a:{name}:1", hashlib.sha256(c).hexdigest()) for name, c in CONTENT.items()}
    monkeypatch.setattr(jars, "JARS", known)
    monkeypatch.setattr(jars, "jars_folder", lambda: tmp_path)
    for name, content in CONTENT.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_jars_that_are_there_are_not_fetched(folder):
    assert jars.fetch_jars() == [folder / "one.jar", folder / "other.jar"]


@pytest.mark.parametrize(
    ("content", "present"),
    [(b"the one", ["one.jar", "other.jar"]), (b"half of i", ["other.jar"]), (None, ["other.jar"])],
)
def test_a_jar_counts_when_it_is_whole(folder, content, present):
    (folder / "one.jar").unlink()
    if content is not None:
        (folder / "one.jar").write_bytes(content)
    assert [jar.name for jar in jars.present_jars()] == present
