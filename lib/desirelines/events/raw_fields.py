"""Read a raw row's fields as text, number or instant; a field's content never makes it fail."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from desirelines.characters import UNDECODABLE
from desirelines.columns.white_space import trimmed
from desirelines.events.instants import to_instant
from desirelines.events.row_expressions import LINE, ROW, expression_name
from desirelines.settings import (
    Source,
    TimeColumn,
    ValueColumn,
    column_path_of,
    json_path_of,
    name_parts,
)
from desirelines.tables import MONEY

RAW = "raw"
LINE_NUMBER = "line_no"
"""Place of an exploded element in its row, from 0."""
ALIAS_KEY = "alias_key"
"""Column, during ingest, of the identifier that a row declares the same person as its login."""

_EXACT = 2**53
"""Up to here floats hold every whole number."""


class RawRows:
    """A batch of raw rows, read by the column names that a mapping uses.

    `row` holds the source's columns (a struct, or a variant for JSON), `line` one element of
    `lines`; `line.x` reads from that exploded element. `texts` names the column of `rows` that has
    the trimmed text of a field already.
    """

    def __init__(
        self, rows: DataFrame, source: Source, texts: Mapping[str, str] | None = None
    ) -> None:
        self.rows = rows
        self.source = source
        self._is_json = source.format == "json"
        self._texts = texts or {}

    def with_texts(self) -> RawRows:
        """The same rows, with a column for the trimmed text of each text that the mapping reads.

        A field is in several expressions, and in some of them many times. Spark would take it out
        of its row and trim it each time, in methods too long for Java's compiler: a third of the
        time that ingest takes.
        """
        names = sorted(mapped_names(self.source))
        fields = self.rows.select(*(self.field(name).alias(str(n)) for n, name in enumerate(names)))
        texts = {
            name: f"_text_{n}"
            for n, (name, field) in enumerate(zip(names, fields.schema, strict=True))
            if isinstance(field.dataType, T.StringType)
        }
        columns = {column: trimmed(self.field(name)) for name, column in texts.items()}
        return RawRows(self.rows.withColumns(columns), self.source, texts)

    def adding(self, columns: Mapping[str, Column]) -> RawRows:
        """The same rows with more columns."""
        return RawRows(self.rows.withColumns(dict(columns)), self.source, self._texts)

    def field(self, path: str) -> Column:
        """The source's column at a dotted path, in its own type (JSON: text)."""
        base, *rest = name_parts(path)
        is_of_line = base == LINE and self.source.lines is not None
        holder, inside = (LINE, rest) if is_of_line else (ROW, [base, *rest])
        if self._is_json:
            nested = F.try_variant_get(holder, json_path_of(inside), "string")
            if len(inside) == 1:
                return nested
            # Some systems send nested objects flat, with the dots in the key.
            flat = F.try_variant_get(holder, json_path_of([".".join(inside)]), "string")
            return F.coalesce(nested, flat)
        return F.col(f"{holder}.{column_path_of(inside)}")

    def field_text(self, path: str) -> Column:
        """The source's column as text; a whole number of a column of floats without a fraction."""
        field = self.field(path)
        if not isinstance(self._type_of(field), T.FloatType | T.DoubleType):
            return field.cast("string")
        is_whole = (field % 1 == 0) & (F.abs(field) < _EXACT)
        return F.when(is_whole, field.cast("bigint").cast("string")).otherwise(field.cast("string"))

    def text(self, value: ValueColumn | None) -> Column:
        """A value as trimmed text; empty is null."""
        if value is None:
            return F.lit(None).cast("string")
        if value.value is not None:
            return F.lit(value.value)
        value_text = (
            trimmed(F.col(expression_name(self.source.expressions[value.sql])).cast("string"))
            if value.sql is not None
            else self.first_text(value.names)
        )
        return F.when(value_text != "", value_text)

    def number(self, value: ValueColumn | None) -> Column:
        """A value as decimal(18,4); null when it is missing, not a number, or too large."""
        if value is not None and value.product is not None:
            factors = [self._factor(name) for name in value.product]
            product = factors[0]
            for factor in factors[1:]:
                product = F.try_multiply(product, factor)
            return _try_cast(product, MONEY)
        if value is not None and (typed := self._typed_number(value)) is not None:
            return _try_cast(typed, MONEY)
        return self._decimal(self.text(value))

    def number_is_broken(self, value: ValueColumn | None) -> Column:
        """True when the field is not empty and is not a number."""
        if value is None:
            return F.lit(False)
        if value.product is not None:
            factors = [(self._written(n), self._decimal(self._cast(n))) for n in value.product]
            is_word = (written.isNotNull() & factor.isNull() for written, factor in factors)
            is_whole = (self._factor(name).isNotNull() for name in value.product)
            is_too_large = reduce(and_, is_whole) & self.number(value).isNull()
            return reduce(or_, is_word) | is_too_large
        typed = self._typed_number(value)
        written = self.text(value) if typed is None else typed
        return written.isNotNull() & self.number(value).isNull()

    def instant(self, time: TimeColumn | None) -> Column:
        """A time as a UTC timestamp of any year; null when it is missing or not a time.

        See `to_instant`.
        """
        if time is None:
            return F.lit(None).cast("timestamp")
        if len(time.names) == 1:
            return self._instant(time.names[0], time)
        instants = F.when(F.lit(False), F.lit(None).cast("timestamp"))
        for name in time.names:
            instants = instants.when(self._is_written(name), self._instant(name, time))
        return instants

    def is_written(self, time: TimeColumn) -> Column:
        """True when the time's field, or one of them, is not empty."""
        return reduce(or_, map(self._is_written, time.names))

    def _instant(self, name: str, time: TimeColumn) -> Column:
        field = self.field(name)
        if isinstance(self._type_of(field), T.TimestampType):
            return field
        return to_instant(self._cast(name), time.pattern, self.source.time_zone)

    def _is_written(self, name: str) -> Column:
        field = self.field(name)
        if isinstance(self._type_of(field), T.TimestampType):
            # Casting it to text would cost more than all other checks of the row.
            return field.isNotNull()
        return self._written(name).isNotNull()

    def first_text(self, names: tuple[str, ...]) -> Column:
        """The trimmed text of the first of the fields that is not empty."""
        if len(names) == 1:
            return self._trimmed(names[0])
        texts = (self._trimmed(name) for name in names)
        return F.coalesce(*(F.when(text != "", text) for text in texts))

    @property
    def has_lost_identifier(self) -> Column:
        """True for a row with an identifier that holds U+FFFD, which stands for lost bytes.

        So two people's identifiers may look alike.
        """
        source = self.source
        identifiers = (*source.ids.values(), *([source.alias] if source.alias else []))
        columns = {name for identifier in identifiers for name in identifier.names}
        lost = (F.contains(self._text(c), F.lit(UNDECODABLE)) for c in sorted(columns))
        return reduce(or_, (F.coalesce(is_lost, F.lit(False)) for is_lost in lost))

    def _typed_number(self, value: ValueColumn) -> Column | None:
        """The source's column where it holds exact numbers, which need no parsing; else None."""
        if value.column is None:
            return None
        field = self.field(value.column)
        is_exact = isinstance(self._type_of(field), T.DecimalType | T.IntegralType)
        return field if is_exact else None

    def _factor(self, name: str) -> Column:
        """A factor of a product; a line without a quantity is of one piece."""
        factor = self._decimal(self._cast(name))
        quantity = self.source.columns.quantity
        if quantity is None or name not in quantity.names:
            return factor
        return F.when(self._written(name).isNull(), F.lit(1)).otherwise(factor)

    def _written(self, name: str) -> Column:
        """The text of a field; null where it is empty."""
        text = self._cast(name)
        return F.when(text != "", text)

    def _text(self, name: str) -> Column:
        """The text of a field, which may have white space around it."""
        return F.col(self._texts[name]) if name in self._texts else self.field_text(name)

    def _trimmed(self, name: str) -> Column:
        return self._text(name) if name in self._texts else trimmed(self.field_text(name))

    def _cast(self, name: str) -> Column:
        """The trimmed text of a field, floats with their fraction."""
        if name in self._texts:
            return self._text(name)
        return trimmed(self.field(name).cast("string"))

    def _decimal(self, text: Column) -> Column:
        """Trimmed text as money; null where it is no number."""
        return _try_cast(with_point(text) if self.source.decimal == "," else text, MONEY)

    def _type_of(self, column: Column) -> T.DataType:
        return self.rows.select(column).schema[0].dataType


def mapped_names(source: Source) -> set[str]:
    """The fields that a mapping reads as identifiers, values and times."""
    names = {name for identifier in source.ids.values() for name in identifier.names}
    if source.alias is not None:
        names |= set(source.alias.names)
    return names | {name for value in source.values.values() for name in value.names}


def with_point(number: Column) -> Column:
    """A number written with a decimal comma, such as 1.234,50, as one with a point.

    Null where it is none: points, spaces and apostrophes stand only between groups of three digits.
    """
    is_number = number.rlike(r"^[+-]?(\d+|\d{1,3}([. \u00a0\u202f'’]\d{3})+)(,\d+)?\z")
    plain = F.translate(number, ",. \u00a0\u202f'’", ".")
    return F.when(is_number, plain)


def raw_text(source: Source) -> Column:
    """The raw row as text: as it was read, or as JSON where only its columns are kept."""
    return F.col(RAW) if source.format == "json" else F.coalesce(RAW, F.to_json(ROW))


def broken_reason(source: Source) -> str:
    """Reason against a row that its format's reader could not parse."""
    return "row: cannot be read as " + source.format


def is_broken_row(source: Source) -> Column:
    """True for a row that its format's reader could not parse, or for a file of such rows."""
    if source.format == "json":
        return F.col("is_broken") | F.col(RAW).isNull()
    return F.col("is_broken")


def is_told_broken(source: Source) -> Column:
    """True for a row with `broken_reason` among its `reasons`."""
    return F.array_contains("reasons", F.lit(broken_reason(source)))


def reasons_of(*reasons: Column) -> Column:
    """Array of the reasons that hold; each is text, or null where it does not hold.

    `array_compact` would do the same, but Spark interprets it for every row, and most rows have
    none.
    """
    none = F.array(F.lit(None).cast("string"))
    present = F.array_except(F.array(*reasons), none)
    return F.when(F.coalesce(*reasons).isNotNull(), present).otherwise(
        F.array().cast("array<string>")
    )


def _try_cast(column: Column, to: T.DataType) -> Column:
    return column.try_cast(to)
