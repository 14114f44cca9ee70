"""A table's contract in SQL: the statement that creates it, and others about whole tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from desirelines.tables import Column, Table


def create_statement(address: str, table: Table, properties: dict[str, str]) -> str:
    """SQL that creates the table if it does not exist: columns with comments, layout, properties.

    `address` is quoted.
    """
    columns = ", ".join(
        f"`{c.name}` {c.type.simpleString()} COMMENT {_text(c.comment)}" for c in table.columns
    )
    days = ", ".join(f"`{c}`" for c in table.partition_by)
    parts = f"PARTITIONED BY ({days})" if days else ""
    return (
        f"CREATE TABLE IF NOT EXISTS {address} ({columns}) USING DELTA {parts} "
        f"COMMENT {_text(table.description)} TBLPROPERTIES ({_pairs(properties)})"
    )


def add_columns_statement(address: str, table: Table, columns: Iterable[Column]) -> str:
    """SQL that adds columns of the contract in the places that it gives them.

    Each stands after the one before it, so a column that is added may follow another that is.
    `address` is quoted.
    """
    names = table.column_names
    places = {name: f"AFTER `{before}`" for before, name in pairwise(names)} | {names[0]: "FIRST"}
    added = ", ".join(
        f"`{c.name}` {c.type.simpleString()} COMMENT {_text(c.comment)} {places[c.name]}"
        for c in columns
    )
    return f"ALTER TABLE {address} ADD COLUMNS ({added})"


def properties_statement(address: str, properties: Mapping[str, str]) -> str:
    """SQL that sets properties of a table. `address` is quoted."""
    return f"ALTER TABLE {address} SET TBLPROPERTIES ({_pairs(properties)})"


def optimize_statement(address: str) -> str:
    """SQL that makes few files of a table's small ones. `address` is quoted."""
    return f"OPTIMIZE {address}"


def vacuum_statement(address: str, *, lists: bool = False, is_now: bool = False) -> str:
    """SQL that deletes, or only lists, the files that no version in retention needs.

    The table's own retention holds, or with `is_now` none: then only files of the newest version
    stay. Files that the log does not know, as of commands that died, are among them: of the two
    kinds of VACUUM this is FULL, the default. `address` is quoted.
    """
    return f"VACUUM {address}{' RETAIN 0 HOURS' * is_now}{' DRY RUN' * lists}"


def detail_statement(address: str) -> str:
    """SQL that tells a table's properties and the columns of its layout. `address` is quoted."""
    return f"DESCRIBE DETAIL {address}"


def drop_statement(address: str) -> str:
    """SQL that deletes a managed table, if it is there. `address` is quoted."""
    return f"DROP TABLE IF EXISTS {address}"


def tables_statement(schema: str, prefix: str) -> str:
    """SQL that lists the tables of a schema whose names begin so. `schema` is quoted."""
    return f"SHOW TABLES IN {schema} LIKE {_text(f'{prefix}_*')}"


def _pairs(properties: Mapping[str, str]) -> str:
    return ", ".join(f"{_text(k)} = {_text(v)}" for k, v in properties.items())


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
