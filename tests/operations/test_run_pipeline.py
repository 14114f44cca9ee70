"""A whole run in one command."""

from tests.support.laws import versions_of
from tests.support.published import conf, result


def test_the_same_again_changes_nothing_and_says_so(first_shop, cli, capsys):
    before = versions_of(first_shop)
    capsys.readouterr()
    assert cli("run", *conf(first_shop)) == 0
    assert result(capsys)["changed"] is False
    assert versions_of(first_shop) == before
