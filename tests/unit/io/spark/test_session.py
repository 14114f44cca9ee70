import pytest

from desirelines.errors import MachineError
from desirelines.io.spark.session import check_java


def fake_java(tmp_path, version):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2024-01-01' >&2\n")
    java.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("version", ["17.0.9", "21.0.1"])
def test_java_17_and_21_fit(tmp_path, monkeypatch, version):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path, version)))
    assert check_java() == version.rsplit(".", 1)[0]


@pytest.mark.parametrize(
    ("version", "told"),
    [("11.0.2", "is version 11"), ("1.8.0_392", "is version 8"), ("rubbish", "is version unknown")],
)
def test_another_java_is_named_with_what_to_do(tmp_path, monkeypatch, version, told):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path, version)))
    with pytest.raises(
        MachineError, match=f"Java 17 or 21 is needed: .* {told}.*apt-get install openjdk-17"
    ):
        check_java()


def test_no_java_at_all(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(MachineError, match="which holds no bin/java"):
        check_java()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineError, match="no java on PATH and JAVA_HOME is not set"):
        check_java()
