"""A name by hand."""

from tests.support import published
from tests.support.published import conf, result


def test_a_segment_takes_a_name_by_hand(spark, first_shop, cli, capsys):
    capsys.readouterr()
    assert (
        cli(
            "rename",
            published.segment_of_buyers(spark, first_shop),
            "Regular guests",
            *conf(first_shop),
        )
        == 0
    )
    assert result(capsys)["version"] == 2
    assert cli("rename", "c-nobody", "Nobody", *conf(first_shop)) == 2
