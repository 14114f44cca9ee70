"""What a scheduler does with exit codes: deploy/cron/run.sh, with a command that ends as told."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from desirelines import errors

CRON = Path(__file__).parents[2] / "deploy" / "cron"
STAND_IN = """#!/bin/sh
echo "$@" >> {folder}/calls
tries=$(wc -l < {folder}/calls)
exit $(echo {codes} | cut -d ' ' -f "$tries")
"""


def run(tmp_path, *codes):
    """Run the script with a command that ends with these codes in turn; its code, its calls."""
    command = tmp_path / "desirelines"
    command.write_text(STAND_IN.format(folder=tmp_path, codes=" ".join(map(str, codes))))
    command.chmod(0o700)
    done = subprocess.run(
        ["sh", str(CRON / "run.sh")], capture_output=True, text=True, check=False, timeout=60,
        env=os.environ
        | {"DESIRELINES": str(command), "DESIRELINES_CONF": "conf.yaml", "WAIT": "0"},
    )  # fmt: skip
    return done.returncode, (tmp_path / "calls").read_text().splitlines(), done.stderr


@pytest.mark.parametrize(
    "code",
    [
        errors.EXIT_DONE, errors.EXIT_USAGE, errors.EXIT_GATE, errors.EXIT_EMPTY,
        errors.EXIT_PARTIAL,
    ],
)  # fmt: skip
def test_an_end_that_the_same_command_would_reach_again_is_not_tried_again(tmp_path, code):
    given, calls, _ = run(tmp_path, code)
    assert (given, len(calls)) == (code, 1)


def test_an_unexpected_end_is_tried_again_with_the_same_run(tmp_path):
    given, calls, _ = run(tmp_path, errors.EXIT_UNEXPECTED, errors.EXIT_UNEXPECTED, 0)
    assert (given, len(calls)) == (0, 3)
    assert len(set(calls)) == 1
    assert re.search(r"--run-id cron-\d{8}T\d{6} ", calls[0])


def test_it_gives_up_after_the_third_try_and_tells_how_to_go_on(tmp_path):
    given, calls, said = run(tmp_path, 1, 1, 1, 0)
    assert (given, len(calls)) == (1, 3)
    assert re.search(r"continue with RUN_ID=cron-\d{8}T\d{6}$", said.strip())


def test_the_line_of_the_crontab_calls_the_script(tmp_path):
    """Cron takes five fields and hands the rest to sh, with a percent sign as a line's end."""
    text = (CRON / "desirelines.cron").read_text()
    (line,) = [line for line in text.splitlines() if re.match(r"[\d*]", line)]
    *fields, command = line.split(maxsplit=5)
    assert fields == ["30", "4", "*", "*", "*"]
    assert "%" not in command
    stand_in = tmp_path / "deploy" / "cron" / "run.sh"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text('#!/bin/sh\necho "conf is $DESIRELINES_CONF"\n')
    stand_in.chmod(0o700)
    assert os.access(CRON / "run.sh", os.X_OK)
    here = command.replace("/opt/desirelines", str(tmp_path)).replace("/var/log", str(tmp_path))
    subprocess.run(["sh", "-c", here], check=True, env={"PATH": os.environ["PATH"]})
    assert (tmp_path / "desirelines.log").read_text() == "conf is /etc/desirelines/conf.yaml\n"


def test_the_page_tells_every_exit_code():
    page = (CRON / "README.md").read_text()
    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {int(code) for code in re.findall(r"^\| (\d) \|", page, re.MULTILINE)} == codes
