"""YAML that is no configuration."""

import pytest

from tests.support.configurations import mistakes, written


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: [1\n", "not valid YAML"), ("- a\n", "a configuration is a mapping"),
     ("site: {}\nsite: {}\n", "site is given twice (first on line 1)")],
)  # fmt: skip
def test_a_file_that_is_no_configuration(tmp_path, text, message):
    assert message in mistakes(written(tmp_path, text))[0]
