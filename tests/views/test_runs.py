"""Commands that need a published run say so where there is none."""

from tests.support.attempts import attempt


def test_report_and_history_before_the_first_run(cli, capsys, small_shop):
    for command in ("report", "history", "why 1"):
        name, *rest = command.split()
        code, output = attempt(cli, capsys, small_shop, *rest, command=name)
        assert (code, "Run `desirelines run` first" in output) == (4, True), command
