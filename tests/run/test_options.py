"""The settings of a command, with all their mistakes at once."""

from tests.support.attempts import attempt


def test_a_configuration_with_four_mistakes(cli, capsys, small_shop):
    wrong = small_shop / "wrong.yaml"
    wrong.write_text(
        "site: {time_zone: Mars/Base}\nsessions: {gap_minutes: 0}\nclusters:\n  k: one\n"
        "  algoritm: kmeans\n"
    )
    code, output = attempt(cli, capsys, small_shop, "--conf", str(wrong))
    assert code == 2
    assert output.count(str(wrong)) == 4
