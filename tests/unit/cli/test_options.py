"""The options that commands share."""

from datetime import date, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from desirelines.cli.options import DATED, UNDATED, Format, Options, command, options_of
from desirelines.errors import SettingsError


def test_what_is_not_given_has_its_default():
    options = options_of()
    assert (options.run.conf, options.run.overrides, options.run.as_of) == ((), (), None)
    assert (options.output, options.is_json) == ("text", False)


def test_what_is_given_arrives():
    given = options_of(
        conf=[Path("a"), Path("b")], overrides=["clusters.k=3"], as_of=datetime(2026, 3, 1),  # noqa: DTZ001 - as typer gives it
        run_id="r1", force=True, output=Format.json,
    )  # fmt: skip
    assert given.run.conf == (Path("a"), Path("b"))
    assert (given.run.as_of, given.run.run_id, given.run.force) == (date(2026, 3, 1), "r1", True)
    assert given.is_json


def test_an_odd_name_of_a_run_is_a_mistake():
    with pytest.raises(SettingsError, match="a run id is 1 to 64 letters"):
        options_of(run_id="../elsewhere")


@pytest.mark.parametrize(("shared", "is_dated"), [(DATED, True), (UNDATED, False)])
def test_a_command_has_the_shared_options_and_its_own(shared, is_dated):
    group, seen = typer.Typer(), []

    @command(group, "look", shared=shared)
    def look(options: Options, segment: str) -> None:
        """Look.

        Example: `look s1`
        """
        seen.append((options.run.as_of, options.output, segment))

    dated = ["--as-of", "2026-03-01"] if is_dated else []
    done = CliRunner().invoke(group, ["s1", "--format", "json", *dated])
    assert done.exit_code == 0, done.output
    assert seen == [(date(2026, 3, 1) if is_dated else None, "json", "s1")]
    if not is_dated:
        wrong = CliRunner().invoke(group, ["s1", "--as-of", "2026-03-01"])
        assert wrong.exit_code == 2
