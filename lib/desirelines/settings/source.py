"""The mapping of a source: where its rows are, and what its columns are in the event model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from desirelines.catalogue.kinds import KINDS
from desirelines.characters import plain_text, shown
from desirelines.settings.expressions import read_expression
from desirelines.settings.time_patterns import known_pattern
from desirelines.settings.validators import (
    known_currency,
    known_name,
    known_span,
    known_table,
    known_zone,
    row_expression,
)

Format = Literal["delta", "json", "csv", "parquet"]


Name = Annotated[str, AfterValidator(known_name)]
"""A name given by a person."""
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
"""A name that becomes part of a column name."""
TableName = Annotated[str, AfterValidator(known_table)]
"""The name of a table in a catalog."""
Place = Annotated[str, Field(min_length=1)]
"""A path or an address."""


class Strict(BaseModel):
    """A frozen model that refuses unknown keys, text with invisible characters, and NaN."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False
    )

    of_lines: ClassVar[frozenset[str]] = frozenset()
    """Fields whose text may have several lines."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_word_is_a_number(cls, value: object, info: ValidationInfo) -> object:
        """Refuse `yes`, `on` and `true`, which YAML reads as the same and pydantic as 1."""
        if (
            isinstance(value, bool)
            and cls.model_fields[str(info.field_name)].annotation is not bool
        ):
            raise ValueError(
                f"{str(value).lower()} (which YAML reads from yes or no) has no meaning here"
            )
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _can_be_read(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, int | float):
            known_span(str(info.field_name), value)
        for text in _texts(value):
            plain_text(text, has_lines=info.field_name in cls.of_lines)
        return value


def _texts(value: object) -> Iterator[str]:
    """Every text in a value; nested models check their own texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)


class ValueColumn(Strict):
    """One value of the event model: a column, a constant, a product of columns or an expression.

    Exactly one of them is given. docs/expressions.md lists what an expression may contain.
    """

    column: str | None = None
    value: str | None = None
    product: tuple[str, ...] | None = None
    sql: Annotated[str, AfterValidator(row_expression)] | None = None

    of_lines: ClassVar[frozenset[str]] = frozenset(["sql"])

    @model_validator(mode="after")
    def _exactly_one(self) -> ValueColumn:
        given = [n for n in ("column", "value", "product", "sql") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of column, value, product, sql")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Source columns that it names, without those of an expression, which Spark resolves."""
        return (self.column,) if self.column is not None else self.product or ()


class TimeColumn(Strict):
    """The column of a time and, where it is not ISO 8601, its pattern.

    A pattern is a Spark datetime pattern, or epoch_seconds, epoch_millis or epoch_micros.
    """

    column: str
    pattern: Annotated[str, AfterValidator(known_pattern)] | None = None


class Identifier(Strict):
    """The column of an identifier; `keep_value` stores its raw value in `identifiers`.

    The value is used for activation.
    """

    column: str
    keep_value: bool = False


def _value(raw: object) -> object:
    return {"column": raw} if isinstance(raw, str) else raw


Value = Annotated[ValueColumn, BeforeValidator(_value)]
Time = Annotated[TimeColumn, BeforeValidator(_value)]
IdentifierColumn = Annotated[Identifier, BeforeValidator(_value)]


class Columns(Strict):
    """The column of each value of the event model; `context.page.path` is a nested field.

    `session_key` is the source's own id of a session. If it is mapped, it defines sessions instead
    of the gap.
    """

    occurred_at: Time
    event_name: Value
    event_id: Value | None = None
    sent_at: Time | None = None
    received_at: Time | None = None
    page: Value | None = None
    item_id: Value | None = None
    category: Value | None = None
    order_id: Value | None = None
    quantity: Value | None = None
    amount: Value | None = None
    discount: Value | None = None
    currency: Value | None = None
    score: Value | None = None
    campaign: Value | None = None
    channel: Value | None = None
    user_agent: Value | None = None
    consent: Value | None = None
    session_key: Value | None = None


class Source(Strict):
    """One source of events.

    Attributes:
        name: short name; part of every event's key.
        format: format of the rows: delta, json (one object per line), csv (with a header), parquet.
        path: folder or file of the rows; or `table`, a table name.
        lines: column of an array whose elements become separate rows (the lines of an order);
            `line.x` is a field of the element.
        stream: identifier types, best first; the first one that a row has names its stream.
        identity: what identifies an event: its id; its content; or content and occurrence (equal
            rows of a file are separate events).
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
    """

    name: Word
    format: Format
    path: Place | None = None
    table: TableName | None = None
    lines: str | None = None
    stream: tuple[str, ...]
    identity: Literal["id", "content", "occurrence"] = "id"
    snapshot: bool = False
    ordered: bool = False
    time_zone: Annotated[str, BeforeValidator(known_zone)] = "UTC"
    currency: Annotated[str, BeforeValidator(known_currency)] | None = None
    columns: Columns
    ids: dict[Word, IdentifierColumn]
    alias: IdentifierColumn | None = None
    kinds: dict[str, str] = {}
    properties: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    keep_bots: bool = False
    may_be_empty: bool = False

    @property
    def tells_files(self) -> bool:
        """Whether its rows have a stable file name.

        Maintenance of tables rewrites the files of Delta and Parquet.
        """
        return self.format in ("csv", "json")

    @property
    def expressions(self) -> dict[str, str]:
        """The expressions of its columns, each with the first column that uses it."""
        columns: dict[str, str] = {}
        for name in type(self.columns).model_fields:
            value = getattr(self.columns, name)
            if isinstance(value, ValueColumn) and value.sql is not None:
                columns.setdefault(value.sql, name)
        return columns

    @model_validator(mode="after")
    def _fits_together(self) -> Source:
        if (self.path is None) == (self.table is None):
            raise ValueError("give exactly one of path, table")
        if self.table is not None and self.format != "delta":
            raise ValueError("a table name goes with format: delta")
        if self.ordered and self.format not in ("csv", "json"):
            raise ValueError(
                "ordered: true goes with csv and json; Delta and Parquet rows have no fixed place "
                "in a file"
            )
        if self.snapshot and (self.lines or self.columns.event_id or self.identity != "id"):
            raise ValueError(
                "snapshot: true identifies events by what changed; leave event_id, identity and "
                "lines out"
            )
        if self.lines is None and any("line" in read_expression(e).names for e in self.expressions):
            raise ValueError("an expression names `line`, but no `lines` are mapped")
        unknown = [t for t in self.stream if t not in self.ids]
        if unknown or not self.stream:
            raise ValueError(
                f"stream names {list(unknown) or 'nothing'}; "
                f"name types that `ids` maps: {sorted(self.ids)}"
            )
        absent = sorted(n for n in self.required if getattr(self.columns, n, None) is None)
        if absent:
            raise ValueError(f"required names {absent}, which `columns` does not map")
        strange = sorted({k for k in self.kinds.values() if k not in KINDS})
        if strange:
            raise ValueError(f"kinds has {shown(str(strange))}; known kinds are {', '.join(KINDS)}")
        return self


def json_path(dotted: str) -> str:
    """A dotted name of a mapping as a JSON path; a part may contain one kind of quotes."""
    return "$" + "".join(
        f"['{part}']" if '"' in part else f'["{part}"]' for part in dotted.split(".")
    )


def column_path(dotted: str) -> str:
    """A dotted name of a mapping as the name of a Spark column; any characters are allowed."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in dotted.split("."))
