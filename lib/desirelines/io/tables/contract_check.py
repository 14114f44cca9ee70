"""Whether an existing table is as contracted: protocol, properties, columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import types as T

from desirelines.tables import Table
from desirelines.tables.contract import CONTRACT

ALLOWED_FEATURES = {"appendOnly", "invariants", "checkConstraints"}
"""Delta features that every supported reader knows.

All are writer-only, so tables stay at reader version 1.
"""
ALLOWED_WRITERS = {2, 3, 7}
"""Writer versions that imply no other feature: 2 and 3 themselves; 7 names its features."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an existing table is.

    Attributes:
        reader: the protocol's reader version.
        writer: the protocol's writer version.
        features: the features that the protocol names; only those of versions 3 and 7.
        properties: the table's properties.
        columns: types by name.
    """

    reader: int
    writer: int
    features: frozenset[str]
    properties: dict[str, str]
    columns: dict[str, T.DataType]

    @property
    def version(self) -> int | None:
        """The version of its contract; 1 where a table does not say it, null if that is no number.

        Tables of the first packages have no such property.
        """
        value = self.properties.get(CONTRACT, "1")
        return int(value) if value.isdecimal() else None


def found_in_folder(folder: Path) -> Found:
    """What a table in a local folder is, by its log, without Spark."""
    # Imported here, as no table of a cluster is read so.
    from deltalake import DeltaTable

    table = DeltaTable(folder)
    protocol, schema = table.protocol(), T.StructType.fromJson(json.loads(table.schema().to_json()))
    features = (*(protocol.reader_features or ()), *(protocol.writer_features or ()))
    return Found(
        protocol.min_reader_version,
        protocol.min_writer_version,
        frozenset(features),
        {k: v for k, v in table.metadata().configuration.items() if v is not None},
        {field.name: field.dataType for field in schema.fields},
    )


def found_by_spark(spark: SparkSession, address: str) -> Found:
    """What a table anywhere is. `address` is quoted."""
    rows = spark.sql(f"SHOW TBLPROPERTIES {address}").collect()
    properties = {row["key"]: row["value"] for row in rows}
    named = {key for key in properties if key.startswith("delta.feature.")}
    return Found(
        int(properties["delta.minReaderVersion"]),
        int(properties["delta.minWriterVersion"]),
        frozenset(key.removeprefix("delta.feature.") for key in named),
        properties,
        {f.name: f.dataType for f in spark.sql(f"SELECT * FROM {address}").schema.fields},
    )


def problems_of(found: Found, table: Table) -> list[str]:
    """Differences of an existing table from its contract.

    Of a table at another version only that is said: the rest follows from it.
    """
    if found.version != table.version:
        return [version_problem(found.version, table)]
    problems = []
    if found.reader != 1:
        problems.append(f"reader version {found.reader}, contracted 1")
    if found.writer not in ALLOWED_WRITERS:
        problems.append(
            f"writer version {found.writer}, contracted one of {sorted(ALLOWED_WRITERS)}"
        )
    unexpected = found.features - ALLOWED_FEATURES
    if unexpected:
        problems.append(f"features {sorted(unexpected)} that other readers may not know")
    for name, value in table.properties.items():
        if name != CONTRACT and found.properties.get(name) != value:
            has = found.properties.get(name)
            problems.append(f"property {name} is {has!r}, contracted {value!r}")
    missing = [c.name for c in table.columns if found.columns.get(c.name) != c.type]
    if missing:
        problems.append(f"columns {missing} are missing or of another type")
    return problems


def version_problem(version: int | None, table: Table) -> str:
    """What is wrong with a table at another version of its contract, and what to do next."""
    if version is None:
        return (
            f"its property {CONTRACT} is not a number: another program set it. Set it to the "
            f"version that the table has; this package creates it at {table.version}"
        )
    if version < table.version:
        return (
            f"it is at version {version} of its contract, and this package needs "
            f"{table.version}: run `desirelines maintain`, which brings it there"
        )
    return (
        f"it is at version {version} of its contract, and this package knows {table.version}: "
        "a newer package wrote it. Upgrade the package"
    )
