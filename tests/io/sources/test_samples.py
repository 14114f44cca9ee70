"""Rows to guess a mapping from."""

from desirelines.cli import main


def test_nothing_to_guess_from(capsys, tmp_path, spark):
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.csv").write_text("a,b\n")
    for where, code, message in (
        (tmp_path / "nowhere.csv", 2, "there is nothing at"),
        (tmp_path / "empty", 2, "is not a Delta table and holds no .csv"),
        (tmp_path / "none.csv", 4, "has no row to guess from"),
    ):
        assert main(["init", str(tmp_path / "new"), "--from", str(where)]) == code
        assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
