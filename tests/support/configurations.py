"""Configurations of a test, and the mistakes that are found in them."""

import pytest

from desirelines.errors import SettingsError
from desirelines.settings import read_settings

SOURCE = """
sources:
  - name: shop
    format: csv
    path: shop.csv
    stream: [cookie]
    columns: {occurred_at: t, event_name: e}
    ids: {cookie: c}
"""


def written(tmp_path, text, name="conf.yaml"):
    file = tmp_path / name
    file.write_text(text)
    return file


def mistakes(*files, sets=()):
    with pytest.raises(SettingsError) as raised:
        read_settings(files, sets)
    return raised.value.mistakes
