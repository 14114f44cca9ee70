"""The configuration: frozen models of every setting, read from YAML with the line of every mistake."""

from desirelines.settings.mapping import Source, TimeColumn, ValueColumn, column_path, json_path
from desirelines.settings.model import Settings
from desirelines.settings.reading import read_settings
from desirelines.settings.rules import Rules

__all__ = ["Rules", "Settings", "Source", "TimeColumn", "ValueColumn", "column_path", "json_path", "read_settings"]
