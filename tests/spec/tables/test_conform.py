"""Rows fit the contract of their table, or every difference is told."""

import pytest

from desirelines.errors import ContractError
from desirelines.tables.conform import conform, differences
from desirelines.tables.contract import DAY, MONEY, REAL, TEXT, WHOLE, Column, Table

TABLE = Table(
    "things",
    grain="one thing",
    key=("thing",),
    columns=(
        Column("thing", TEXT, "a thing"), Column("n", WHOLE, "how many"), Column("x", REAL, "size"),
        Column("on", DAY, "its day"), Column("paid", MONEY, "what it cost"),
    ),
    erased_by=(),
    written="append",
)  # fmt: skip


def test_rows_are_given_in_the_order_and_types_of_the_contract(spark):
    rows = spark.sql(
        "SELECT 1 AS n, 'left out' AS more, CAST(2 AS float) AS x, NULL AS on, 'a' AS thing, "
        "CAST(3 AS decimal(18, 4)) AS paid"
    )
    got = conform(rows, TABLE)
    shape = [(f.name, f.dataType, f.metadata) for f in got.schema]
    assert shape == [(f.name, f.dataType, f.metadata) for f in TABLE.schema]
    assert tuple(got.collect()[0])[:4] == ("a", 1, 2.0, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("'1' AS n", "'n' is string, the contract says bigint"),
        ("CAST(1 AS double) AS n", "'n' is double, the contract says bigint"),
        ("CAST(1 AS decimal(3, 0)) AS n", "'n' is decimal(3,0), the contract says bigint"),
        ("true AS n", "'n' is boolean, the contract says bigint"),
        ("1 AS m", "lacks 'n'"),
    ],
)
def test_no_cast_hides_another_type(spark, change, said):
    rows = spark.sql(
        f"SELECT 'a' AS thing, {change}, 1.5D AS x, DATE '2026-03-01' AS on, 3.5BD AS paid"
    )
    assert differences(rows, TABLE) == [said]
    with pytest.raises(ContractError, match="rows for table 'things' do not fit its contract"):
        conform(rows, TABLE)
