"""The command line, as far as it needs no Spark."""

import subprocess
import sys
import time

import pytest
import typer

from desirelines.cli import main
from desirelines.cli.app import app
from desirelines.cli.commands.run import STAGE_HELP


def commands(group=None, before=()):
    """Every command there is, as the words that run it, in the order of the help."""
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help_teaches_with_an_example(words, capsys):
    assert main([*words, "--help"]) == 0
    assert "Example" in capsys.readouterr().out


def test_commands_stand_in_the_order_of_a_run(capsys):
    main(["--help"])
    shown = capsys.readouterr().out
    results = ("report", "history", "why", "export")
    order = ("init", "check", "plan", "run", *STAGE_HELP, *results, "world")
    places = [shown.index(f"│ {command} ") for command in order]
    assert places == sorted(places)


def test_help_loads_nothing_heavy_and_answers_in_a_second():
    code = (
        "import sys; from desirelines.cli import main; main(['run', '--help']); "
        "print([m for m in ('pyspark', 'mlflow', 'sklearn', 'pandas', 'numpy', 'altair', "
        "'desirelines.settings') if m in sys.modules])"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
    assert (
        time.monotonic() - began < 5
    )  # the promise is a second; a busy machine gets some slack, a heavy import does not fit


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rnu"], "No such command 'rnu'"),
        (["run", "--as-of", "yesterday"], "--as-of"),
        (["run", "--format", "xml"], "--format"),
        (["run", "--conf", "/nowhere.yaml"], "cannot be read"),
        (["run", "--set", "clusters.k=0"], "greater than or equal to 2"),
        (["world", "--out", "w", "--as", "jsn"], "did you mean 'json'?"),
        (["world", "--out", "w", "--habit-weeks", "60"], "at most 57 weeks fit into --days 400"),
        (["why"], "give a person id or key"),
    ],
)
def test_a_wrong_use_says_so_and_exits_2(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_errors_are_json_lines_on_request(capsys):
    assert main(["run", "--conf", "/nowhere.yaml", "--log-format", "json"]) == 2
    assert capsys.readouterr().err.startswith(
        '{"level": "ERROR", "message": "/nowhere.yaml: cannot be read'
    )


def test_an_unexpected_error_says_its_kind_and_place_and_no_value(capsys, monkeypatch):
    error = RuntimeError("[CAST_INVALID_INPUT] The value 'ann@example.org' cannot be cast")
    error.add_note("source 'shop'")
    error.add_note("stage ingest-events")

    def fail(**_):
        raise error

    monkeypatch.setattr("desirelines.cli.app.app", fail)
    assert main(["run"]) == 1
    shown = capsys.readouterr().err
    assert "unexpected: CAST_INVALID_INPUT, source 'shop', stage ingest-events. Nothing" in shown
    assert "ann" not in shown


def test_a_machine_that_lacks_something_is_no_unexpected_error(capsys, monkeypatch):
    def fail(**_):
        raise RuntimeError(": java.lang.OutOfMemoryError: Java heap space")

    monkeypatch.setattr("desirelines.cli.app.app", fail)
    assert main(["run"]) == 2
    assert "Java ran out of memory" in capsys.readouterr().err
