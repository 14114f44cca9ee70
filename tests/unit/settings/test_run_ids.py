"""Names of runs."""

import pytest

from desirelines.errors import SettingsError
from desirelines.settings.run_ids import checked_run_id


@pytest.mark.parametrize(
    "name", ["20260301T020000Z-1a2b3c", "a", "0", "a.b_c-d", "x" * 64, "nones"]
)
def test_names_that_are_taken(name):
    assert checked_run_id(name) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "1 to 64 letters"), ("x" * 65, "1 to 64 letters"), ("-a", "begins with a letter"),
        ("a b", "1 to 64"), ("a'b", "1 to 64"), ("ä", "1 to 64"), ("a\n", "1 to 64"),
        ("none", "the run before the first"), ("None", "the run before the first"),
    ],
)  # fmt: skip
def test_names_that_are_refused(name, said):
    with pytest.raises(SettingsError, match=said):
        checked_run_id(name)
