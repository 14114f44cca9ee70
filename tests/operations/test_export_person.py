"""All that is held on one person, and nothing of others."""

import json
import stat

import pytest

from desirelines.columns.keys import key_of
from tests.operations.test_erase import PEOPLE_TABLES, SOMEONE, keys_of_one
from tests.support import shop
from tests.support.needles import Needles
from tests.support.published import conf, read, result


def export(cli, folder, tmp_path, *lines, name="mine.json"):
    request = tmp_path / "request"
    request.write_text("\n".join(lines))
    output = ("--output", str(tmp_path / name))
    return cli("export", "--person", str(request), *output, *conf(folder))


def test_every_row_about_a_person_and_none_of_others(
    spark, published_template, cli, capsys, secret_files, tmp_path
):
    secret = secret_files["data"].read_bytes().strip()
    assert export(cli, published_template, tmp_path, f"user:user{SOMEONE}") == 0
    told = result(capsys)
    file = tmp_path / "mine.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = json.loads(file.read_text())["tables"]
    needles = Needles(keys_of_one(secret), [])
    expected = {
        table.name: sum(bool(needles.in_text(json.dumps(row.asDict(), default=str)))
                        for row in read(spark, published_template, table).collect())
        for table in PEOPLE_TABLES
        if (published_template / "warehouse" / table.name).is_dir()
    }  # fmt: skip
    assert {name: len(table["rows"]) for name, table in held.items()} == {
        name: rows for name, rows in expected.items() if rows
    }
    assert (told["tables"], told["rows"]) == (len(held), sum(expected.values()))
    assert held["events"]["columns"]["occurred_at"].endswith("[UTC]")
    assert all(row["occurred_at"].endswith("Z") for row in held["events"]["rows"])
    others = {
        key_of(secret, kind, f"{kind}{number}")
        for number in range(shop.PEOPLE)
        for kind in ("cookie", "user")
        if str(number) != SOMEONE
    }
    assert Needles(others, []).in_file(file) == set()


@pytest.mark.integration
def test_of_somebody_unknown_nothing_is_held(published_template, cli, capsys, tmp_path):
    assert export(cli, published_template, tmp_path, "user:stranger7") == 0
    assert result(capsys)["rows"] == 0
    assert json.loads((tmp_path / "mine.json").read_text())["tables"] == {}


@pytest.mark.integration
@pytest.mark.parametrize(
    ("lines", "name", "words"),
    [
        (("user:1", "user:2"), "mine.json", "name one person"),
        (("user:1",), "mine.csv", "the ending decides the format: .json"),
        (("user:1",), "request", "the ending decides the format: .json"),
    ],
)
def test_what_cannot_be_written_says_why(
    published_template, cli, capsys, tmp_path, lines, name, words
):
    assert export(cli, published_template, tmp_path, *lines, name=name) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    (tmp_path / "mine.json").write_text("{}")
    assert export(cli, published_template, tmp_path, "user:user1") == 2
    assert "a file is there" in " ".join(capsys.readouterr().err.split())
