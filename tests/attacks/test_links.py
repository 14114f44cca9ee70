"""Links inside a source's folder that lead out of it: nothing beyond is read."""

import pytest

from desirelines.errors import SourceError
from desirelines.io.sources.symlinks import check_links
from tests.support import shop


@pytest.fixture
def folder(tmp_path):
    """A shop, and beside it a folder with private rows."""
    shop.configure(tmp_path)
    shop.write(tmp_path / "in", "first.csv", shop.rows(0, 2))
    shop.write(tmp_path / "private", "rows.csv", shop.rows(2, 3))
    return tmp_path


LINKS = {
    "a file": ("in/second.csv", "private/rows.csv"),
    "a folder": ("in/more", "private"),
    "a file deep inside": ("in/2026/01/second.csv", "private/rows.csv"),
    "a partition": ("in/_day=1", "private"),
    "the folder above": ("in/more", "in"),
    "nothing yet": ("in/second.csv", "private/not-there-yet.csv"),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_leads_out_is_refused_and_named(folder, name):
    link, target = (folder / part for part in LINKS[name])
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    for path in (
        str(folder / "in"),
        f"file://{folder / 'in'}",
        f"{folder}/in/*",
        f"{folder}/in/**/*",
        f"file://{folder}/in/{{x,*}}",
        f"{folder}/in/[^z]*",
    ):
        with pytest.raises(SourceError, match=f"the link {link}"):
            check_links(path, "source 'shop'")


def test_links_that_stay_inside_and_a_source_that_is_a_link_are_read(folder):
    (folder / "in" / "..2026").mkdir()  # as a mounted ConfigMap lies there
    shop.write(folder / "in" / "..2026", "second.csv", shop.rows(2, 3))
    (folder / "in" / "..data").symlink_to("..2026")
    (folder / "in" / "second.csv").symlink_to("..data/second.csv")
    (folder / "in" / ".hidden").symlink_to(folder / "private")  # readers pass it by
    (folder / "out").symlink_to(folder / "in")
    (folder / "one.csv").symlink_to(folder / "private" / "rows.csv")
    for path in ("in", "out", "one.csv", "o*/*.csv", "nowhere"):
        check_links(str(folder / path), "source 'shop'")
    for path in ("s3://bucket/in", "abfss://c@a.dfs.core.windows.net/in", "hdfs://n/in", "", None):
        check_links(path, "source 'shop'")


@pytest.mark.parametrize("command", ["ingest-events", "plan", "check"])
def test_no_command_reads_beyond_the_folder(cli, capsys, spark, folder, command):
    link = folder / "in" / "second.csv"
    link.symlink_to(folder / "private" / "rows.csv")
    assert cli(command, "--conf", str(folder / "conf.yaml")) == 2
    output = capsys.readouterr()
    assert f"the link {link} leads out of that folder" in output.out + output.err
    assert not (folder / "warehouse" / "events").exists()


def test_a_link_that_comes_while_the_stream_begins_is_not_read(
    cli, capsys, spark, folder, monkeypatch
):
    from desirelines.stages import ingest

    def late(*arguments, **named):
        (folder / "in" / "second.csv").symlink_to(folder / "private" / "rows.csv")
        return ingest_new(*arguments, **named)

    ingest_new = ingest.ingest_new
    monkeypatch.setattr(ingest, "ingest_new", late)
    assert cli("ingest-events", "--conf", str(folder / "conf.yaml")) == 2
    assert "leads out of that folder" in capsys.readouterr().err
    assert not (folder / "warehouse" / "events").exists()


def test_init_from_a_folder_does_not_look_beyond_it(cli, capsys, folder):
    (folder / "in" / "second.csv").symlink_to(folder / "private" / "rows.csv")
    assert cli("init", str(folder / "new"), "--from", str(folder / "in")) == 2
    assert "leads out of that folder" in capsys.readouterr().err
    assert not (folder / "new").exists()
