"""`export --person`: all that is held on one person, to be given to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from desirelines.erasure.requests import read_request, subject_count
from desirelines.errors import SettingsError
from desirelines.io.exports import checked_place, write_document
from desirelines.io.tables.small import in_utc
from desirelines.operations.erase import asked
from desirelines.run import warehouse_facts
from desirelines.run.context import Run
from desirelines.stages.erasure_rows import people_tables, rows_of
from desirelines.stages.erasure_subjects import with_subjects
from desirelines.tables import Table

ENDINGS = (".json",)


@dataclass(frozen=True, slots=True)
class PersonExport:
    """A file with all that is held on one person: its path, and numbers of tables and rows."""

    output: str
    tables: int
    rows: int


def export_person(run: Run, request: str, output: str, *, overwrite: bool) -> PersonExport:
    """Write every row about one person, by table, with what the columns mean.

    Rows that were computed when others were taken for the same person are made of both, and are
    left out: nothing of others may be in it.

    Raises:
        SettingsError: the request names nobody or several people, or the file cannot be one.
        MachineError: the file cannot be written.
    """
    place = checked_place(output, ENDINGS)
    warehouse_facts.compare(run)  # under other secrets nobody would be found
    types = {t for source in run.settings.sources for t in source.ids}
    identifiers = read_request(request, types, run.settings.identity)
    if subject_count(request) != 1:
        raise SettingsError(
            [
                "export --person: name one person; further identifiers of theirs go into one JSON "
                'object, such as {"user": "42", "email": "a@b.c"}'
            ]
        )
    case = with_subjects(run, asked(run, identifiers, 1))
    mine = {*case.people, *case.own_keys} - set(case.shared_keys)
    case = replace(case, ids=tuple(sorted(mine)))
    held = {}
    for table in people_tables(run):
        rows = [in_utc(row.asDict()) for row in rows_of(run, table, case).collect()]
        if rows:
            held[table.name] = _as_document(table, rows)
    document = {
        "written_at": run.read_at,
        "warehouse_says": "all rows about the person, by table; times are UTC",
        "tables": held,
    }
    write_document(place, document, replaces=overwrite)
    return PersonExport(output, len(held), sum(len(t["rows"]) for t in held.values()))


def _as_document(table: Table, rows: list[dict[str, Any]]) -> dict[str, Any]:
    order = [name for name in (*table.key, *table.column_names) if name in table.column_names]
    return {
        "a_row_is": table.grain,
        "columns": {column.name: column.comment for column in table.columns},
        "rows": sorted(rows, key=lambda row: [str(row[name]) for name in order]),
    }
