"""The mapping of a source: where its rows are, and what its columns are in the event model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from desirelines.catalogue.kinds import KINDS
from desirelines.characters import shown
from desirelines.settings.column_names import name_parts
from desirelines.settings.csv_layout import DecimalSign, Delimiter, Encoding, Escape, Quote
from desirelines.settings.expressions import read_expression
from desirelines.settings.source_columns import (
    Columns,
    IdentifierColumn,
    TimeColumn,
    Value,
    ValueColumn,
)
from desirelines.settings.strict import Place, Strict, TableName, Word
from desirelines.settings.validators import known_currency, known_zone

Format = Literal["delta", "json", "csv", "parquet"]


def _default(field: str) -> object:
    return Source.model_fields[field].default


class Source(Strict):
    """One source of events.

    Attributes:
        name: short name; part of every event's key.
        format: format of the rows: delta, json (one object per line), csv (with a header), parquet.
        path: folder or file of the rows; or `table`, a table name.
        encoding: encoding of csv files.
        delimiter: what separates the values of csv files: some signs, or `tab`.
        quote: the sign around values of csv files that hold a delimiter, or `none`.
        escape: the sign before a quote that is part of a value of a csv file.
        decimal: the sign before the fraction of a number in csv files.
        lines: column of an array whose elements become separate rows (the lines of an order);
            `line.x` is a field of the element.
        stream: identifier types, best first; the first one that a row has names its stream.
        identity: what identifies an event: its id; its content; or content and occurrence (equal
            rows of a file are separate events).
        consents: statements of consent to purposes beside that of the tables, by purpose.
        snapshot: whether the rows are states, exported repeatedly (such as all customers). Only a
            state that differs from the one before is an event. The time is not compared, all other
            mapped values are.
        ordered: whether the order of rows in a file counts for equal times (csv and json only).
        time_zone: zone of times written without one.
        kinds: event names of the source and their kinds; names left out are `other`.
        properties: further columns to keep, by name; nothing else is kept.
        required: values of `columns` without which a row goes to quarantine; time, name and stream
            are always required.
        alias: a second identifier of the login type; the row says that it is the same person as the
            login. Given beside `ids`.
        keep_bots: whether streams that look like bots count as people.
        may_be_empty: whether a run continues when the source has no rows.
        erasable: whether `erase` deletes people's rows from the source as well (delta only).
    """

    name: Word
    format: Format
    path: Place | None = None
    table: TableName | None = None
    encoding: Encoding = "UTF-8"
    delimiter: Delimiter = ","
    quote: Quote = '"'
    escape: Escape = '"'
    decimal: DecimalSign = "."
    lines: str | None = None
    stream: tuple[str, ...]
    identity: Literal["id", "content", "occurrence"] = "id"
    snapshot: bool = False
    ordered: bool = False
    time_zone: Annotated[str, BeforeValidator(known_zone)] = "UTC"
    currency: Annotated[str, BeforeValidator(known_currency)] | None = None
    columns: Columns
    consents: dict[Word, Value] = Field(default_factory=dict)
    ids: dict[Word, IdentifierColumn]
    alias: IdentifierColumn | None = None
    kinds: dict[str, str] = Field(default_factory=dict)
    properties: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    keep_bots: bool = False
    may_be_empty: bool = False
    erasable: bool = False

    @property
    def tells_files(self) -> bool:
        """Whether its rows have a stable file name.

        Maintenance of tables rewrites the files of Delta and Parquet.
        """
        return self.format in ("csv", "json")

    @property
    def values(self) -> dict[str, ValueColumn | TimeColumn]:
        """What it maps beside identifiers, each by its place in the mapping: `columns.page`."""
        columns = {
            f"columns.{name}": value
            for name in type(self.columns).model_fields
            if (value := getattr(self.columns, name)) is not None
        }
        return columns | {f"consents.{purpose}": v for purpose, v in self.consents.items()}

    @property
    def expressions(self) -> dict[str, str]:
        """Its expressions, each with the place of the first value that uses it."""
        places: dict[str, str] = {}
        for place, value in self.values.items():
            if isinstance(value, ValueColumn) and value.sql is not None:
                places.setdefault(value.sql, place)
        return places

    @field_validator("stream")
    @classmethod
    def _has_a_stream(cls, stream: tuple[str, ...]) -> tuple[str, ...]:
        if not stream:
            raise ValueError("no type is named: give types that `ids` maps, best first")
        return stream

    @field_validator("ids")
    @classmethod
    def _has_an_identifier(cls, ids: dict[str, IdentifierColumn]) -> dict[str, IdentifierColumn]:
        if not ids:
            raise ValueError(
                "no identifier is mapped: name the column that says who did it, such as "
                "`user: COLUMN`"
            )
        return ids

    @model_validator(mode="after")
    def _fits_together(self) -> Source:
        if (self.path is None) == (self.table is None):
            raise ValueError("give exactly one of path, table")
        if self.table is not None and self.format != "delta":
            raise ValueError("a table name goes with format: delta")
        layout = {"encoding", "delimiter", "quote", "escape", "decimal"}
        of_csv = sorted(name for name in layout if getattr(self, name) != _default(name))
        if of_csv and self.format != "csv":
            raise ValueError(f"{', '.join(of_csv)} goes with csv")
        if self.ordered and self.format not in ("csv", "json"):
            raise ValueError(
                "ordered: true goes with csv and json; Delta and Parquet rows have no fixed place "
                "in a file"
            )
        self._check_erasable()
        if self.snapshot and (self.lines or self.columns.event_id or self.identity != "id"):
            raise ValueError(
                "snapshot: true identifies events by what changed; leave event_id, identity and "
                "lines out"
            )
        if self.lines is None and any("line" in read_expression(e).names for e in self.expressions):
            raise ValueError("an expression names `line`, but no `lines` are mapped")
        unknown = [t for t in self.stream if t not in self.ids]
        if unknown:
            raise ValueError(
                f"stream names {unknown}; name types that `ids` maps: {sorted(self.ids)}"
            )
        absent = sorted(n for n in self.required if getattr(self.columns, n, None) is None)
        if absent:
            raise ValueError(f"required names {absent}, which `columns` does not map")
        strange = sorted({k for k in self.kinds.values() if k not in KINDS})
        if strange:
            raise ValueError(f"kinds has {shown(str(strange))}; known kinds are {', '.join(KINDS)}")
        return self

    def _check_erasable(self) -> None:
        if not self.erasable:
            return
        if self.format != "delta":
            raise ValueError(
                "erasable: true goes with format: delta; single rows cannot be deleted from other "
                "files"
            )
        identifiers = (*self.ids.values(), *([self.alias] if self.alias else []))
        names = (name for identifier in identifiers for name in identifier.names)
        if self.lines is not None and any(name_parts(name)[0] == "line" for name in names):
            raise ValueError(
                "erasable: true needs identifiers of whole rows; those of `line` are in a part of "
                "a row, which cannot be deleted alone"
            )
