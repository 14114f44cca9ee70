"""Fit the rows of a stage to the contract of their table."""

from __future__ import annotations

from pyspark.sql import DataFrame

from desirelines.errors import ContractError
from desirelines.tables import Table, View


def conform(rows: DataFrame, table: Table | View) -> DataFrame:
    """Return exactly the columns of the contract, in its order and types, with its comments.

    Raises:
        ContractError: a column is missing or has another type (only null fits every type).
    """
    problems = differences(rows, table)
    if problems:
        raise ContractError(
            f"rows for table '{table.name}' do not fit its contract: " + "; ".join(problems)
        )
    # One call: sixty separate column functions can take longer to build than the table to write.
    return rows.to(table.schema)


def differences(rows: DataFrame, table: Table | View) -> list[str]:
    """List every difference that a cast must not hide."""
    types = {f.name: f.dataType for f in rows.schema.fields}
    problems = [f"lacks '{c.name}'" for c in table.columns if c.name not in types]
    for column in table.columns:
        got = types.get(column.name)
        if (
            got is not None
            and got.typeName() != column.type.typeName()
            and not _widens(got.typeName(), column.type.typeName())
        ):
            problems.append(
                f"'{column.name}' is {got.simpleString()}, "
                f"the contract says {column.type.simpleString()}"
            )
    return problems


def _widens(got: str, wanted: str) -> bool:
    wider = {
        "void": None,
        "integer": {"long", "double"},
        "short": {"long"},
        "byte": {"long"},
        "float": {"double"},
    }
    return got in wider and (wider[got] is None or wanted in (wider[got] or ()))
