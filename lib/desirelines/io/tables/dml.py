"""MERGE statements: made here of a quoted address, a view and the columns of a contract."""

from __future__ import annotations

from collections.abc import Mapping

from desirelines.tables import Table


def merge_statement(
    address: str,
    view: str,
    table: Table,
    update: tuple[str, ...] = (),
    stamp: tuple[str, ...] = (),
    *,
    only_lower: bool = False,
) -> str:
    """Insert rows of the view whose key is new; where it exists, set `update` and `stamp` columns.

    They are set only where an `update` column differs; with `only_lower`, only where the new value
    is lower.
    """
    same = " AND ".join(f"t.`{c}` <=> n.`{c}`" for c in table.key)
    changed = ""
    if update:
        differing = "n.`{c}` < t.`{c}`" if only_lower else "NOT (t.`{c}` <=> n.`{c}`)"
        differs = " OR ".join(differing.format(c=c) for c in update)
        changes = ", ".join(f"t.`{c}` = n.`{c}`" for c in (*update, *stamp))
        changed = f"WHEN MATCHED AND ({differs}) THEN UPDATE SET {changes}"
    return (
        f"MERGE INTO {address} t USING {view} n ON {same} {changed} WHEN NOT MATCHED THEN INSERT *"
    )


def delete_statement(address: str, view: str, places: Mapping[str, str]) -> str:
    """Delete the rows that have the values of a row of the view.

    `places` gives the place in the rows, quoted, for each column of the view.
    """
    same = " AND ".join(f"t.{place} <=> g.`{column}`" for column, place in places.items())
    return f"MERGE INTO {address} t USING {view} g ON {same} WHEN MATCHED THEN DELETE"


def delete_number_statement(address: str, column: str, number: int) -> str:
    """Delete the rows with this number, which tells of nobody. `address` and `column` are quoted.

    SQL, as a Connect server need not have Delta's own messages.
    """
    return f"DELETE FROM {address} WHERE {column} = {number:d}"
