"""Tables of another version of the package: brought to the contract of this one, or refused.

The table of the tests had two columns at version 1; version 2 of its contract has three, version 3
five.
"""

from dataclasses import replace

import pytest

from desirelines.errors import ContractError, VersionError
from desirelines.io.tables.ddl import add_columns_statement
from desirelines.io.tables.migration import migrate, migration_of, refuse_other_versions
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import Table
from desirelines.tables.contract import CONTRACT, TEXT, WHOLE, Column

V3 = Table(
    "things",
    "one thing",
    ("run_id", "name"),
    (
        Column("run_id", TEXT, "the run"),
        Column("size", WHOLE, "it's size", since=3),
        Column("weight", WHOLE, "its weight", unit="g", since=3),
        Column("name", TEXT, "its name"),
        Column("colour", TEXT, "its colour", since=2),
    ),
    (),
    "append",
    version=3,
)


def at(version):
    """The contract as it was at a version."""
    columns = tuple(c for c in V3.columns if c.since <= version)
    return replace(V3, columns=columns, version=version)


@pytest.fixture(params=["", "file://"], ids=["local", "elsewhere"])
def warehouse(request, spark, tmp_path):
    """Warehouses of any number of commands, over one folder; without Spark where it can be."""
    return lambda: Warehouse(spark, WarehouseSettings(path=f"{request.param}{tmp_path}"))


def older(warehouse, version, *rows):
    """The table as a package of that version left it."""
    table = at(version)
    warehouse.append(warehouse.spark.createDataFrame(list(rows), table.schema), table)
    return warehouse


def found(warehouse, table=V3):
    return sorted(tuple(row) for row in warehouse.read(table).collect())


def test_an_older_table_gets_the_columns_that_came_later_where_they_stand(warehouse):
    older(warehouse(), 1, ("a", "ball"))
    step = migration_of(warehouse(), V3)
    assert [c.name for c in step.columns] == ["size", "weight", "colour"]
    assert step.note == "version 1 becomes 3; adds size, weight, colour"
    migrate(warehouse(), step)
    tables = warehouse()
    assert tables.problems(V3) == []
    assert tables.read(V3).schema == V3.schema
    assert tables.found(V3).properties == {**tables.found(V3).properties, **V3.properties}
    new = ("b", 3, 20, "kite", "red")
    tables.append(tables.spark.createDataFrame([new], V3.schema), V3)
    assert found(warehouse()) == [("a", None, None, "ball", None), new]
    assert migration_of(warehouse(), V3) is None


def test_rows_of_the_driver_fit_a_table_that_was_migrated(warehouse):
    older(warehouse(), 2, ("a", "ball", "red"))
    migrate(warehouse(), migration_of(warehouse(), V3))
    warehouse().append([{"run_id": "b", "name": "kite", "weight": 20}], V3)
    assert found(warehouse()) == [("a", None, None, "ball", "red"), ("b", None, 20, "kite", None)]


def test_a_step_that_was_cut_short_is_taken_again(warehouse):
    tables = older(warehouse(), 1, ("a", "ball"))
    statement = add_columns_statement(tables.address(V3.name), V3, V3.columns[1:3])
    tables.spark.sql(statement)  # the driver died after it, or between the other two
    step = migration_of(warehouse(), V3)
    assert (step.version, [c.name for c in step.columns]) == (1, ["colour"])
    migrate(warehouse(), step)
    assert warehouse().problems(V3) == []


def test_a_table_without_a_version_counts_as_the_first_if_its_columns_fit(warehouse):
    tables = older(warehouse(), 1, ("a", "ball"))
    tables.spark.sql(f"ALTER TABLE {tables.address(V3.name)} UNSET TBLPROPERTIES ('{CONTRACT}')")
    again = warehouse()
    again.append(again.spark.createDataFrame([("b", "kite")], at(1).schema), at(1))
    step = migration_of(warehouse(), at(1))
    assert (step.version, step.columns, step.note) == (None, (), "version 1 is recorded")
    migrate(warehouse(), step)
    assert warehouse().found(V3).properties[CONTRACT] == "1"
    assert migration_of(warehouse(), V3).note == "version 1 becomes 3; adds size, weight, colour"


def test_an_older_table_is_written_by_nobody_before(warehouse):
    older(warehouse(), 2, ("a", "ball", "red"))
    tables = warehouse()
    with pytest.raises(VersionError, match=r"'things' .* version 2 .* needs 3: run `desirelines m"):
        tables.append(tables.spark.createDataFrame([("b", 3, 20, "kite", "red")], V3.schema), V3)
    assert found(warehouse(), at(2)) == [("a", "ball", "red")]


def test_a_table_that_would_not_fit_is_refused_and_stays_as_it_is(warehouse):
    other = replace(at(1), columns=(Column("run_id", TEXT, "the run"), Column("name", WHOLE, "no")))
    tables = warehouse()
    tables.append(tables.spark.createDataFrame([("a", 1)], other.schema), other)
    with pytest.raises(ContractError, match=r"version 1 .* cannot be brought to 3: columns"):
        migration_of(warehouse(), V3)
    assert warehouse().version(V3) == 1


def test_a_newer_table_is_not_migrated_back(warehouse):
    older(warehouse(), 3, ("a", 3, 20, "ball", "red"))
    with pytest.raises(VersionError, match=r"version 3 .* knows 2: .* Upgrade the package"):
        migration_of(warehouse(), at(2))
    tables = warehouse()
    with pytest.raises(VersionError, match="Upgrade the package"):
        tables.append(tables.spark.createDataFrame([("b", "kite", "red")], at(2).schema), at(2))


OPENED = [
    # found, package, writes, migrates, what is refused
    (2, 2, True, False, None),
    (1, 2, True, False, "run `desirelines maintain`"),
    (1, 2, False, False, "run `desirelines maintain`"),
    (1, 2, True, True, None),
    (1, 2, False, True, None),
    (2, 1, True, False, "Upgrade the package"),
    (2, 1, True, True, "Upgrade the package"),
    (2, 1, False, False, None),
]


@pytest.mark.parametrize(("there", "package", "writes", "migrates", "refused"), OPENED)
def test_who_may_open_a_warehouse_with_such_a_table(
    spark, tmp_path, there, package, writes, migrates, refused
):
    tables = Warehouse(spark, WarehouseSettings(path=str(tmp_path)))
    tables.create(at(there))
    contracts = (at(package), replace(V3, name="not_there"))

    def look():
        refuse_other_versions(tables, contracts, writes=writes, migrates=migrates)

    if refused is None:
        look()
        return
    with pytest.raises(VersionError, match=refused) as error:
        look()
    assert str(error.value).startswith(f"table 'things': it is at version {there} of its contract")
    assert str(error.value).endswith(". Nothing was changed.")
    assert error.value.exit_code == 2


def test_a_damaged_log_is_told_by_others(spark, tmp_path):
    tables = Warehouse(spark, WarehouseSettings(path=str(tmp_path)))
    tables.create(at(1))
    (tmp_path / "things" / "_delta_log" / f"{0:020}.json").write_text("{")
    refuse_other_versions(tables, [V3], writes=True)
