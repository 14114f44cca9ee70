"""Tables at another version of their contract than this package: refuse them, or bring them to it.

The version stands in a property of each table. A step from one version to the next adds the columns
that came with it, which are null in the rows that are there; nothing else is ever migrated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from desirelines.errors import ContractError, VersionError
from desirelines.io.tables.contract_check import Found, problems_of, version_problem
from desirelines.io.tables.ddl import add_columns_statement, properties_statement
from desirelines.io.tables.reader import TableReader
from desirelines.tables import ALL, Column, Table
from desirelines.tables.contract import CONTRACT

FOLLOW = (CONTRACT, "delta.dataSkippingStatsColumns")
"""Properties that follow from the version and its columns."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What brings a table to its contract.

    Attributes:
        table: the contract.
        version: the version that the table has; null where it does not say it, which counts as 1.
        columns: the columns that it lacks.
    """

    table: Table
    version: int | None
    columns: tuple[Column, ...]

    @property
    def note(self) -> str:
        """The step in words."""
        to = self.table.version
        if self.version is None and to == 1:
            return "version 1 is recorded"
        step = f"version {1 if self.version is None else self.version} becomes {to}"
        names = ", ".join(column.name for column in self.columns)
        return f"{step}; adds {names}" if names else step


def refuse_other_versions(
    tables: TableReader, contracts: Iterable[Table] = ALL, *, writes: bool, migrates: bool = False
) -> None:
    """Refuse a warehouse with tables of a newer package, if it is written, or of an older one.

    A command that migrates takes older ones. Cost: a look at each table's log in a local folder.
    Elsewhere nothing is looked at, as each look is a query: there a table is refused by the first
    write to it.

    Raises:
        VersionError: with every such table and what to do next; nothing was written.
    """
    folder = tables.local_folder
    if folder is None:
        return
    problems = []
    for table in contracts:
        version = _version_in_log(tables, table)
        if version == table.version or ((version or 0) > table.version and not writes):
            continue
        if version is None or version > table.version or not migrates:
            problems.append(f"table '{table.name}': {version_problem(version, table)}")
    if problems:
        raise VersionError("; ".join(problems) + ". Nothing was changed.")


def _version_in_log(tables: TableReader, table: Table) -> int | None:
    """The version of a table; that of its contract if it is not there or its log is damaged.

    What is damaged is told by who reads or writes the table, and by `check`.
    """
    # Imported here, as no table of a cluster is read so.
    from deltalake.exceptions import DeltaError

    try:
        return tables.found(table).version if tables.exists(table) else table.version
    except DeltaError:
        return table.version


def migration_of(tables: TableReader, table: Table) -> Migration | None:
    """What brings an existing table to its contract; null if it is there already.

    Raises:
        VersionError: a newer package wrote it.
        ContractError: it would not be as contracted afterwards.
    """
    found = tables.found(table)
    if found.version is None or found.version > table.version:
        raise VersionError(
            f"table '{table.name}': {version_problem(found.version, table)}. Nothing was changed."
        )
    if found.version == table.version and CONTRACT in found.properties:
        return None
    missing = tuple(
        c for c in table.columns if c.since > found.version and c.name not in found.columns
    )
    problems = problems_of(_after(found, table, missing), table)
    if problems:
        raise ContractError(
            f"table '{table.name}' is at version {found.version} of its contract and cannot be "
            f"brought to {table.version}: {'; '.join(problems)}. Nothing was changed. Restore the "
            "table from a backup, or go on with the package that wrote it."
        )
    return Migration(table, found.version if CONTRACT in found.properties else None, missing)


def _after(found: Found, table: Table, missing: tuple[Column, ...]) -> Found:
    return replace(
        found,
        columns=found.columns | {c.name: c.type for c in missing},
        properties=found.properties | _properties(table),
    )


def _properties(table: Table) -> dict[str, str]:
    return {name: table.properties[name] for name in FOLLOW}


def migrate(tables: TableReader, migration: Migration) -> None:
    """Take the step. The version is written last, so a step that was cut short is taken again."""
    table, address = migration.table, tables.address(migration.table.name)
    if migration.columns:
        tables.spark.sql(add_columns_statement(address, table, migration.columns))
    tables.spark.sql(properties_statement(address, _properties(table)))
    tables.forget_version(table)
