"""Intermediate rows lie where nobody else can look; a killed process leaves none behind."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desirelines.errors import MachineError
from desirelines.io.spark import scratch
from desirelines.io.spark.scratch import scratch_folders, scratch_places, without_sparks_own_places
from desirelines.io.spark.session import java_option
from desirelines.io.tables.store import Warehouse
from desirelines.operations.check import _writable
from desirelines.operations.deep_check import Note
from desirelines.settings import Settings
from desirelines.settings.model import Warehouse as WarehouseSettings

KEY = "0123456789abcdef0123456789abcdef"
PROCESS = """
import sys, time
from pathlib import Path
from desirelines.io.spark.scratch import scratch_folders
(folder,) = scratch_folders([Path(sys.argv[1])])
(folder / "blockmgr-1").mkdir()
(folder / "blockmgr-1" / "shuffle_0_0_0.data").write_text(sys.argv[2])
print(folder, flush=True)
time.sleep(600)
"""


def started(place):
    """A process with a row in its scratch folder; the process, and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(place), KEY], stdout=subprocess.PIPE, text=True
    )
    return process, Path(process.stdout.readline().strip())


def killed(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def files_with_rows(place):
    return [f for f in place.rglob("*") if f.is_file() and KEY in f.read_text()]


@pytest.fixture
def newcomer(monkeypatch):
    """As if this process had created no folder yet."""
    monkeypatch.setattr(scratch, "_held", {})


def test_what_killed_processes_left_is_swept_and_what_lives_stays(tmp_path, newcomer):
    (one, of_one), (two, of_two) = started(tmp_path), started(tmp_path)
    parent = of_one.parent
    killed(one)
    assert len(files_with_rows(tmp_path)) == 2
    again = parent / f"{two.pid}-00000000"  # a dead process had the number of a living one
    (again / "spark-1").mkdir(parents=True)
    (again / scratch.LOCK).touch()
    (mine,) = scratch_folders([tmp_path])
    assert files_with_rows(tmp_path) == [of_two / "blockmgr-1" / "shuffle_0_0_0.data"]
    assert {p.name for p in parent.iterdir()} == {scratch.LOCK, of_two.name, mine.name}
    assert [stat.S_IMODE(p.stat().st_mode) for p in (parent, mine, of_two)] == [0o700] * 3
    assert scratch_folders([tmp_path]) == [mine]
    killed(two)


def test_no_link_is_followed(tmp_path, newcomer):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "precious").write_text("x")
    parent = tmp_path / f"desirelines-{os.getuid()}"
    parent.mkdir(mode=0o700)
    (parent / "1-0000000a").symlink_to(victim, target_is_directory=True)
    dead = parent / "2-0000000b"
    dead.mkdir()
    (dead / "inside").symlink_to(victim, target_is_directory=True)
    locked = parent / "3-0000000c"  # its lock leads elsewhere: nothing is opened or made there
    locked.mkdir()
    (locked / scratch.LOCK).symlink_to(tmp_path / "elsewhere")
    (parent / "notes").mkdir()  # not one of ours
    assert {folder.name for folder, _ in scratch._of_the_dead(parent)} == {dead.name, locked.name}
    scratch_folders([tmp_path])
    assert (victim / "precious").read_text() == "x"
    assert not (tmp_path / "elsewhere").exists()
    assert not dead.exists()
    assert (parent / "notes").is_dir()


def test_a_folder_that_others_prepared_is_refused(tmp_path, newcomer, monkeypatch):
    parent = tmp_path / f"desirelines-{os.getuid()}"
    (tmp_path / "theirs").mkdir(mode=0o700)
    parent.symlink_to(tmp_path / "theirs", target_is_directory=True)
    with pytest.raises(MachineError, match=r"is a link or somebody else's.*TMPDIR=FOLDER"):
        scratch_folders([tmp_path])
    parent.unlink()
    parent.mkdir(mode=0o755)
    parent.chmod(0o755)
    with pytest.raises(MachineError, match=f"chmod 700 {parent}"):
        scratch_folders([tmp_path])
    parent.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(MachineError, match="somebody else's"):
        scratch_folders([tmp_path])
    assert list(parent.iterdir()) == list((tmp_path / "theirs").iterdir()) == []


def test_a_forked_process_leaves_its_parents_folder_alone(tmp_path, newcomer):
    (mine,) = scratch_folders([tmp_path])
    (held,) = scratch._held.values()
    child = os.fork()
    if child == 0:
        scratch._leave(held)
        os._exit(0)
    os.waitpid(child, 0)
    assert mine.is_dir()
    scratch._leave(held)
    assert not mine.exists()


def test_the_disks_of_the_environment_are_used_by_folders_below_them(tmp_path, monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_DIRS", f"{tmp_path / 'a'},{tmp_path / 'b'}")
    assert scratch_places() == [tmp_path / "a", tmp_path / "b"]
    with without_sparks_own_places():
        assert "SPARK_LOCAL_DIRS" not in os.environ
    assert os.environ["SPARK_LOCAL_DIRS"] == f"{tmp_path / 'a'},{tmp_path / 'b'}"
    monkeypatch.setenv("SPARK_LOCAL_DIRS", "")
    monkeypatch.setattr("tempfile.tempdir", "/x,y")
    with pytest.raises(MachineError, match="comma"):
        scratch_places()


def test_spark_writes_nowhere_else(spark):
    """The tests' session is embedded: blocks and temporary folders are in this process's folder."""
    (mine,) = (held.folder for held in scratch._held.values() if held.process == os.getpid())
    assert spark.conf.get("spark.local.dir") == str(mine)
    spark.range(10).repartition(3).localCheckpoint()
    assert {entry.name.split("-")[0] for entry in mine.iterdir()} >= {
        "blockmgr",
        "spark",
        "artifacts",
    }
    assert spark.sql(
        "SELECT java_method('java.lang.System', 'getProperty', 'java.io.tmpdir')"
    ).first()[0] == str(mine)


def test_white_space_in_a_path_ends_no_java_option():
    assert java_option("java.io.tmpdir", '/a b/"c"\\d') == '"-Djava.io.tmpdir=/a b/\\"c\\"\\\\d"'


def test_a_warehouse_that_is_made_is_its_owners_alone_and_check_notes_one_that_is_not(
    spark, tmp_path
):
    created, standing = tmp_path / "deep" / "made", tmp_path / "standing"
    standing.mkdir()
    standing.chmod(0o755)
    for folder in (created, standing):
        Warehouse(spark, WarehouseSettings(path=str(folder))).check_writable()
    assert [stat.S_IMODE(f.stat().st_mode) for f in (created, standing)] == [0o700, 0o755]
    answers = [
        _writable(Settings(warehouse=WarehouseSettings(path=str(f)))) for f in (created, standing)
    ]
    assert answers[0] == str(created)
    assert isinstance(answers[1], Note)
    assert f"chmod 700 {standing}" in answers[1]
