"""Submit files that take secrets from a platform's store: readable by their owner, gone after."""

import runpy
from pathlib import Path

import pytest

from desirelines import errors

DEPLOY = Path(__file__).parents[2] / "deploy"
PLATFORMS = {
    "databricks": lambda scope, name: f"{scope}:{name}".encode(),
    "emr-serverless": lambda name: name,
}
NAMES = {
    "databricks": ["given:data-secret", "given:suppression-secret"],
    "emr-serverless": ["given/data", "given/suppression"],
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_command_gets_its_secrets_in_files_of_its_own(platform, monkeypatch):
    seen = []

    def command(words):
        files = [Path(word.split("=")[2]) for word in words if word.startswith("--set=secrets.")]
        seen.append((words[:2], files, [f.read_text() for f in files]))
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert files[0].parent.stat().st_mode & 0o077 == 0
        return errors.EXIT_GATE

    script = runpy.run_path(str(DEPLOY / platform / "stage.py"))
    monkeypatch.setitem(script["run"].__globals__, "main", command)
    assert script["run"]("given", ["publish", "--conf=c"], PLATFORMS[platform]) == errors.EXIT_GATE
    ((words, files, texts),) = seen
    assert words == ["publish", "--conf=c"]
    assert texts == NAMES[platform]
    assert not any(file.exists() for file in files)


def test_settings_that_the_scripts_set_exist():
    from desirelines.settings.model import Secrets

    script = runpy.run_path(str(DEPLOY / "databricks" / "stage.py"))
    assert {f"{name}_file" for name in script["SECRETS"]} == set(Secrets.model_fields)
