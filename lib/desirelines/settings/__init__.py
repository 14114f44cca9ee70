"""The configuration: frozen models of all settings, read from YAML with the line of each key."""

from desirelines.settings.column_names import (
    column_path,
    column_path_of,
    json_path,
    json_path_of,
    name_parts,
    plain_name,
)
from desirelines.settings.load import read_settings
from desirelines.settings.model import Settings
from desirelines.settings.rules import Rules
from desirelines.settings.source import Source
from desirelines.settings.source_columns import Identifier, TimeColumn, ValueColumn

__all__ = [
    "Identifier",
    "Rules",
    "Settings",
    "Source",
    "TimeColumn",
    "ValueColumn",
    "column_path",
    "column_path_of",
    "json_path",
    "json_path_of",
    "name_parts",
    "plain_name",
    "read_settings",
]
