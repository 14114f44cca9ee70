"""Leaving a stage through the contract of its table."""

from __future__ import annotations

from pyspark.sql import DataFrame

from desirelines.errors import ContractError
from desirelines.tables import Table


def conform(rows: DataFrame, table: Table) -> DataFrame:
    """Give exactly the contract's columns, in its order and types, with its comments.

    Raises:
        ContractError: a column is missing, or a type is not the contract's (only null may become any type).
    """
    problems = differences(rows, table)
    if problems:
        raise ContractError(
            f"rows for table '{table.name}' do not fit its contract: " + "; ".join(problems)
        )
    # One call: a column function for each of sixty columns takes longer to say than many a table takes to write.
    return rows.to(table.schema)


def differences(rows: DataFrame, table: Table) -> list[str]:
    """List every difference that a cast must not hide."""
    found = {f.name: f.dataType for f in rows.schema.fields}
    problems = [f"lacks '{c.name}'" for c in table.columns if c.name not in found]
    for column in table.columns:
        got = found.get(column.name)
        if (
            got is not None
            and got.typeName() != column.type.typeName()
            and not _widens(got.typeName(), column.type.typeName())
        ):
            problems.append(
                f"'{column.name}' is {got.simpleString()}, the contract says {column.type.simpleString()}"
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
