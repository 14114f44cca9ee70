"""Build Spark columns from the trees of expressions; Spark never parses the text itself."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import Column
from pyspark.sql import functions as F

from desirelines.errors import did_you_mean
from desirelines.settings.expressions import read_expression
from desirelines.settings.tree import Node

_OPERATORS: dict[str, Callable[..., Column]] = {
    "or": operator.or_,
    "and": operator.and_,
    "not": operator.invert,
    "negative": operator.neg,
    "=": operator.eq,
    "==": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<=>": Column.eqNullSafe,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "||": F.concat,
    "in": Column.isin,
}
_OF_ELEMENTS: dict[str, Callable[..., Column]] = {
    "exists": F.exists,
    "filter": F.filter,
    "forall": F.forall,
    "transform": F.transform,
}


def expression_column(text: str, names: Iterable[str]) -> Column:
    """The column of an expression that can refer to the columns of these names only.

    Raises:
        ValueError: the expression is not allowed, or names another column.
    """
    tree = read_expression(text)
    columns = {n.lower() for n in names}
    for name in sorted(tree.names - columns):
        # Spark would take `user` or `current_date` for a function, and another name for a variable
        # of the session.
        raise ValueError(f"there is no column '{name}'{did_you_mean(name, columns)}")
    return _column(tree, {})


def what_does_not_fit(error: AnalysisException) -> str:
    """Spark's error without the expression, whose constants may be about a person."""
    condition = error.getCondition() or "it cannot be read"
    if condition.startswith(("UNRESOLVED_", "FIELD_NOT_FOUND", "AMBIGUOUS_")):
        return str(error).splitlines()[0]  # contains only names of columns
    return f"[{condition}] its parts do not fit together"


def _column(node: Node, given: Mapping[str, Column]) -> Column:
    """The column of a node.

    `given` maps the lambda parameters around it, in lower case, to the elements they stand for.
    """
    if node.kind == "constant":
        return _constant(node.value)
    if node.kind == "name":
        first, *inside = node.value
        if first.lower() in given:
            return reduce(Column.getField, inside, given[first.lower()])
        return F.col(".".join("`" + part.replace("`", "``") + "`" for part in node.value))
    if node.kind == "call" and node.value in _OF_ELEMENTS:
        array, body = node.parts
        return _OF_ELEMENTS[node.value](_column(array, given), _of_element(body, given))
    parts = [_column(part, given) for part in node.parts]
    if node.kind == "operator" and node.value in _OPERATORS:
        return _OPERATORS[node.value](*parts)
    if node.kind in ("call", "operator"):  # Spark has `between` and `div` as functions too
        return F.call_function(node.value, *parts)
    if node.kind == "case":
        return _case(parts, *node.value)
    if node.kind == "item":
        return parts[0][parts[1]]
    if node.kind == "field":
        return parts[0].getField(node.value)
    return parts[0].cast(node.value) if node.kind == "cast" else parts[0].try_cast(node.value)


def _constant(value: Any) -> Column:
    if isinstance(value, date):
        # As text: Spark would read a datetime without a zone in the zone of this process.
        return F.lit(value.isoformat()).cast("timestamp" if isinstance(value, datetime) else "date")
    return F.lit(value)


def _of_element(body: Node, given: Mapping[str, Column]) -> Callable[..., Column]:
    """The body of a lambda, for Spark to call with one or two elements."""

    def body_of(*elements: Column) -> Column:
        named = dict(zip((n.lower() for n in body.value), elements, strict=True))
        return _column(body.parts[0], {**given, **named})

    # Spark counts the parameters of the function.
    return (lambda x: body_of(x)) if len(body.value) == 1 else (lambda x, y: body_of(x, y))


def _case(parts: list[Column], compares: bool, has_else: bool) -> Column:
    whens = parts[1:] if compares else parts
    otherwise = whens.pop() if has_else else None
    pairs = [
        (parts[0] == when if compares else when, then)
        for when, then in zip(whens[::2], whens[1::2], strict=True)
    ]
    case = reduce(lambda chain, pair: chain.when(*pair), pairs[1:], F.when(*pairs[0]))
    return case if otherwise is None else case.otherwise(otherwise)
