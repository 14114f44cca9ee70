"""`check` says what does not fit."""

from tests.support.attempts import attempt


def test_the_doctor_says_that_the_mapping_does_not_fit(cli, capsys, small_shop):
    code, _ = attempt(
        cli, capsys, small_shop, "--set", "sources.0.columns.occurred_at=event", command="check"
    )
    assert code == 3
    shown = capsys.readouterr()
    code = cli(
        "check",
        "--conf",
        str(small_shop / "conf.yaml"),
        "--set",
        "sources.0.columns.occurred_at=event",
    )
    shown = capsys.readouterr()
    assert "FAIL mapping shop: the mapping does not fit the data" in shown.out
    assert "occurred_at: not a time" in shown.out
