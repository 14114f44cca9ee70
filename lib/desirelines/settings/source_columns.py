"""Where a source's row has the values of the event model."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from desirelines.settings.strict import Strict
from desirelines.settings.time_patterns import known_pattern
from desirelines.settings.validators import row_expression

FirstOf = Annotated[tuple[str, ...], Field(min_length=2)]
"""Several columns, of which the first that is not empty counts."""
OneWay = TypeVar("OneWay", bound=Strict)
_WAYS = ("column", "first_of", "value", "product", "sql")


def _with_one_way(value: OneWay) -> OneWay:
    ways = [way for way in _WAYS if way in type(value).model_fields]
    if sum(getattr(value, way) is not None for way in ways) != 1:
        raise ValueError(f"give exactly one of {', '.join(ways)}")
    return value


def _names(value: Strict) -> tuple[str, ...]:
    column = getattr(value, "column", None)
    several = getattr(value, "first_of", None) or getattr(value, "product", None)
    return (column,) if column is not None else several or ()


class ValueColumn(Strict):
    """One value of the event model, given in exactly one way.

    The ways: a column, the first of several that is not empty, a constant, a product of columns, an
    expression (docs/expressions.md lists what it may contain).
    """

    column: str | None = None
    first_of: FirstOf | None = None
    value: str | None = None
    product: tuple[str, ...] | None = None
    sql: Annotated[str, AfterValidator(row_expression)] | None = None

    of_lines: ClassVar[frozenset[str]] = frozenset(["sql"])

    @model_validator(mode="after")
    def _exactly_one(self) -> ValueColumn:
        return _with_one_way(self)

    @property
    def names(self) -> tuple[str, ...]:
        """Source columns that it names, without those of an expression, which Spark resolves."""
        return _names(self)


class TimeColumn(Strict):
    """The column of a time, or the first of several that is not empty, and its pattern.

    A pattern is a Spark datetime pattern, or epoch_seconds, epoch_millis or epoch_micros. Without
    one, times are ISO 8601.
    """

    column: str | None = None
    first_of: FirstOf | None = None
    pattern: Annotated[str, AfterValidator(known_pattern)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> TimeColumn:
        return _with_one_way(self)

    @property
    def names(self) -> tuple[str, ...]:
        """Source columns that it names."""
        return _names(self)


class Identifier(Strict):
    """The column of an identifier, or the first of several that is not empty.

    `keep_value` stores its raw value in `identifiers`, for activation.
    """

    column: str | None = None
    first_of: FirstOf | None = None
    keep_value: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Identifier:
        return _with_one_way(self)

    @property
    def names(self) -> tuple[str, ...]:
        """Source columns that it names."""
        return _names(self)


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
