"""A table's contract in SQL: the statement that creates it, and the check of an existing table."""

from __future__ import annotations

from pyspark.sql import SparkSession

from desirelines.tables import Table

ALLOWED_FEATURES = {"appendOnly", "invariants", "checkConstraints"}
"""Delta features that every supported reader knows.

All are writer-only, so tables stay at reader version 1.
"""
ALLOWED_WRITERS = {2, 3, 7}
"""Writer versions that imply no other feature: 2 and 3 themselves; 7 names its features."""


def create_statement(address: str, table: Table) -> str:
    """SQL that creates the table if it does not exist: columns with comments, layout, properties.

    `address` is quoted.
    """
    columns = ", ".join(
        f"`{c.name}` {c.type.simpleString()} COMMENT {_text(c.comment)}" for c in table.columns
    )
    days = ", ".join(f"`{c}`" for c in table.partition_by)
    parts = f"PARTITIONED BY ({days})" if days else ""
    properties = ", ".join(f"{_text(k)} = {_text(v)}" for k, v in table.properties.items())
    comment = f"{table.grain}. Key: {', '.join(table.key)}. {table.for_readers}".rstrip()
    return (
        f"CREATE TABLE IF NOT EXISTS {address} ({columns}) USING DELTA {parts} "
        f"COMMENT {_text(comment)} TBLPROPERTIES ({properties})"
    )


def drop_statement(address: str) -> str:
    """SQL that deletes a managed table, if it is there. `address` is quoted."""
    return f"DROP TABLE IF EXISTS {address}"


def tables_statement(schema: str, prefix: str) -> str:
    """SQL that lists the tables of a schema whose names begin so. `schema` is quoted."""
    return f"SHOW TABLES IN {schema} LIKE {_text(f'{prefix}_*')}"


def problems_of(spark: SparkSession, address: str, table: Table) -> list[str]:
    """Differences of an existing table from its contract: protocol, properties, columns."""
    property_rows = spark.sql(f"SHOW TBLPROPERTIES {address}").collect()
    properties = {row["key"]: row["value"] for row in property_rows}
    problems = []
    reader, writer = (int(properties[f"delta.min{who}Version"]) for who in ("Reader", "Writer"))
    if reader != 1:
        problems.append(f"reader version {reader}, contracted 1")
    if writer not in ALLOWED_WRITERS:
        problems.append(f"writer version {writer}, contracted one of {sorted(ALLOWED_WRITERS)}")
    unexpected = {
        key.removeprefix("delta.feature.") for key in properties if key.startswith("delta.feature.")
    } - ALLOWED_FEATURES
    if unexpected:
        problems.append(f"features {sorted(unexpected)} that other readers may not know")
    for name, value in table.properties.items():
        if properties.get(name) != value:
            problems.append(f"property {name} is {properties.get(name)!r}, contracted {value!r}")
    columns = {f.name: f.dataType for f in spark.sql(f"SELECT * FROM {address}").schema.fields}
    missing = [c.name for c in table.columns if columns.get(c.name) != c.type]
    if missing:
        problems.append(f"columns {missing} are missing or of another type")
    return problems


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
