"""What is known of a person."""

import io

from tests.support.published import conf, result


def test_why_tells_what_is_known_of_a_person(cli, first_shop, capsys, monkeypatch):
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("user3\n"))
    assert cli("why", "--identifier", "user", *conf(first_shop)) == 0
    known = result(capsys)
    assert {s["segment_id"] for s in known["segments"]} > {"new_buyer"}
    assert known["features"]["frequency"]["value"] == 8.0
    assert {i["type"] for i in known["identifiers"]} == {"user", "cookie"}
    assert cli("why", known["person_id"], *conf(first_shop)) == 0
    assert result(capsys) == known
    assert cli("why", "0" * 32, *conf(first_shop)) == 4
    assert cli("why", "--identifier", "user", *conf(first_shop)) == 2
    assert "nothing came on standard input" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("user3"))
    assert cli("why", "--identifier", "usr", *conf(first_shop)) == 2
    assert "did you mean 'user'?" in capsys.readouterr().err
