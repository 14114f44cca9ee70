"""`python -m desirelines` is the command line."""

import subprocess
import sys

import desirelines


def test_the_package_runs_as_a_command():
    words = [sys.executable, "-m", "desirelines"]
    done = subprocess.run([*words, "--version"], capture_output=True, text=True, check=True)
    assert desirelines.__version__ in done.stdout
    wrong = subprocess.run([*words, "rnu"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, "No such command 'rnu'" in wrong.stderr) == (2, True)
