"""The configuration: frozen models of every setting, read from YAML with the line of every mistake."""

from desirelines.settings.mapping import Source, TimeColumn, ValueColumn, column_path, json_path
from desirelines.settings.model import Settings
from desirelines.settings.reading import read_settings

__all__ = ["Settings", "Source", "TimeColumn", "ValueColumn", "column_path", "json_path", "read_settings"]
