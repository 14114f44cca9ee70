"""A run goes on with the events that were accepted; without any it stops."""

from tests.support import shop
from tests.support.attempts import attempt


def test_nothing_but_rubbish(cli, capsys, small_shop):
    shop.write(small_shop / "in", "first.csv", [r | {"at": "never"} for r in shop.rows(0, 2)])
    code, output = attempt(cli, capsys, small_shop)
    assert code == 4
    assert "no event was accepted: every row is in quarantine, late or suppressed" in output
