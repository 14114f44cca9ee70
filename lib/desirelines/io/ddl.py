"""The statement that creates a table by its contract."""

from __future__ import annotations

from desirelines.tables import Table


def create_statement(address: str, table: Table) -> str:
    """SQL that creates the table where it is not there: columns with comments, layout, properties. `address` is quoted."""
    columns = ", ".join(f"`{c.name}` {c.type.simpleString()} COMMENT {_text(c.comment)}" for c in table.columns)
    days = ", ".join(f"`{c}`" for c in table.partition_by)
    parts = f"PARTITIONED BY ({days})" if days else ""
    properties = ", ".join(f"{_text(k)} = {_text(v)}" for k, v in table.properties.items())
    comment = f"{table.grain}. Key: {', '.join(table.key)}."
    return (
        f"CREATE TABLE IF NOT EXISTS {address} ({columns}) USING DELTA {parts} "
        f"COMMENT {_text(comment)} TBLPROPERTIES ({properties})"
    )


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
