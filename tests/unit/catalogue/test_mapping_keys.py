"""Every key of a mapping is explained, by an example that its model reads."""

import pytest
import yaml

from desirelines.catalogue import mapping_keys
from desirelines.settings.source import Source
from desirelines.settings.source_columns import Columns, Identifier, TimeColumn, ValueColumn

MODELS = {
    Source: mapping_keys.SOURCE,
    Columns: mapping_keys.COLUMNS,
    ValueColumn: mapping_keys.VALUE,
    TimeColumn: mapping_keys.TIME,
    Identifier: mapping_keys.IDENTIFIER,
}
BASE = {
    "name": "shop", "format": "delta", "path": "in", "stream": ["cookie"],
    "columns": {"occurred_at": "at", "event_name": "event"},
    "ids": {"cookie": "cookie", "user": "user"},
}  # fmt: skip
BESIDE = {
    "table": {"path": None}, "snapshot": {"identity": "id"}, "ordered": {"format": "csv"},
    "required": {"columns": BASE["columns"] | {"order_id": "o", "amount": "a"}},
    **{key: {"format": "csv"} for key in ("encoding", "delimiter", "quote", "escape", "decimal")},
}  # fmt: skip
"""What goes with an example: a table goes without a path."""


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_key_is_explained(model):
    assert list(MODELS[model]) == list(model.model_fields)


@pytest.mark.parametrize("key", mapping_keys.SOURCE)
def test_examples_of_a_source_can_be_read(key):
    example = yaml.safe_load(mapping_keys.SOURCE[key][1])
    assert list(example) == [key]
    source = Source.model_validate(BASE | BESIDE.get(key, {}) | example)
    assert getattr(source, key) != Source.model_fields[key].default


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        (keys, key)
        for keys in (mapping_keys.COLUMNS, mapping_keys.VALUE, mapping_keys.TIME)
        for key in keys
    ],
)
def test_examples_of_columns_can_be_read(keys, key):
    example = yaml.safe_load(keys[key][1])
    lines = "order.lines" if "line." in keys[key][1] else None
    columns = BASE["columns"] | example
    source = Source.model_validate(BASE | {"columns": columns, "lines": lines})
    (name,) = example
    value = getattr(source.columns, name)
    assert keys is mapping_keys.COLUMNS or getattr(value, key) is not None


@pytest.mark.parametrize("key", mapping_keys.IDENTIFIER)
def test_examples_of_identifiers_can_be_read(key):
    ids = yaml.safe_load(mapping_keys.IDENTIFIER[key][1])
    assert all(getattr(Identifier.model_validate(i), key) for i in ids.values())
