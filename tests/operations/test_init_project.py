"""`init` writes a beginning that is valid, and keeps what is there."""

from desirelines.cli import main


def test_init_writes_a_beginning_and_keeps_what_is_there(tmp_path, capsys):
    assert main(["init", str(tmp_path / "shop")]) == 0
    names = sorted(
        str(p.relative_to(tmp_path / "shop")) for p in (tmp_path / "shop").rglob("*") if p.is_file()
    )
    assert names == [
        "desirelines.yaml",
        "secrets/data.secret",
        "secrets/suppression.secret",
        "sources/first.yaml",
    ]
    secret = (tmp_path / "shop/secrets/data.secret").read_text()
    (tmp_path / "shop/desirelines.yaml").write_text("mine")
    assert main(["init", str(tmp_path / "shop")]) == 0
    assert (tmp_path / "shop/desirelines.yaml").read_text() == "mine"
    assert (tmp_path / "shop/secrets/data.secret").read_text() == secret
    assert "kept" in capsys.readouterr().out


def test_what_init_writes_is_a_valid_configuration(tmp_path, monkeypatch):
    from desirelines.settings import read_settings

    main(["init", str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    settings = read_settings([tmp_path / "desirelines.yaml"])
    assert [s.name for s in settings.sources] == ["first"]
