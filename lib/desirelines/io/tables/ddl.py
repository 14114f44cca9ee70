"""A table's contract in SQL: the statement that creates it, and others about whole tables."""

from __future__ import annotations

from desirelines.tables import Table


def create_statement(address: str, table: Table, properties: dict[str, str]) -> str:
    """SQL that creates the table if it does not exist: columns with comments, layout, properties.

    `address` is quoted.
    """
    columns = ", ".join(
        f"`{c.name}` {c.type.simpleString()} COMMENT {_text(c.comment)}" for c in table.columns
    )
    days = ", ".join(f"`{c}`" for c in table.partition_by)
    parts = f"PARTITIONED BY ({days})" if days else ""
    pairs = ", ".join(f"{_text(k)} = {_text(v)}" for k, v in properties.items())
    return (
        f"CREATE TABLE IF NOT EXISTS {address} ({columns}) USING DELTA {parts} "
        f"COMMENT {_text(table.description)} TBLPROPERTIES ({pairs})"
    )


def drop_statement(address: str) -> str:
    """SQL that deletes a managed table, if it is there. `address` is quoted."""
    return f"DROP TABLE IF EXISTS {address}"


def tables_statement(schema: str, prefix: str) -> str:
    """SQL that lists the tables of a schema whose names begin so. `schema` is quoted."""
    return f"SHOW TABLES IN {schema} LIKE {_text(f'{prefix}_*')}"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
