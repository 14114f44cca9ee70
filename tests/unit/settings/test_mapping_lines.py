"""Lines of a guessed mapping."""

import pytest
import yaml

from desirelines.settings.mapping_lines import id_lines, identity_lines, kind_lines, yaml_text


@pytest.mark.parametrize("value", ["plain", "a: b", "yes", "1", "{x}", "#", "a,b", "ü", '"', "- a"])
def test_any_value_can_be_written(value):
    text = yaml_text(value)
    assert yaml.safe_load(f"{text}: {{a: {text}}}") == {value: {"a": value}}


@pytest.mark.parametrize(("lines", "expected"), [
    (identity_lines(["user"], has_id=True, is_bought=True), {"stream": ["user"], "identity": "id"}),
    (identity_lines([], has_id=False, is_bought=True), {"stream": [], "identity": "occurrence"}),
    (identity_lines(["a", "b"], has_id=False, is_bought=False),
     {"stream": ["a", "b"], "identity": "content"}),
    (id_lines({}), {"ids": {}}),
    (id_lines({"user": "who: id"}), {"ids": {"user": "who: id"}}),
    (kind_lines({"buy": "purchase", "zzz": None}), {"kinds": {"buy": "purchase"}}),
    (kind_lines({"zzz": None}), {"kinds": {}}),
])  # fmt: skip
def test_every_section_can_be_read(lines, expected):
    assert yaml.safe_load("\n".join(lines)) == expected
