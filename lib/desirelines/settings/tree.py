"""The tree of an expression, its maximum depth, and a check for texts that mean the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

MOST_DEEP = 100
"""Maximum levels of nesting; a chain of operators has as many levels as operators."""

Kind = Literal[
    "constant", "name", "call", "operator", "case", "cast", "try_cast", "item", "field", "lambda"
]
_CLOCK = re.compile(r"\s*(now|today|tomorrow|yesterday)([^a-z\s]\S*|\s+\S*)?\s*", re.IGNORECASE)
"""Texts that Spark casts to the current time."""


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression.

    `value` depends on the kind: the constant; the parts of the name; the function, operator, field
    or type; the parameters of a lambda; for a CASE, whether it compares a value and whether it has
    an ELSE.
    """

    kind: Kind
    value: Any
    parts: tuple[Node, ...] = ()
    at: int = 0
    depth: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        depth = 1 + max((p.depth for p in self.parts), default=0)
        if depth > MOST_DEEP:
            raise refused(self.at, f"more than {MOST_DEEP} levels deep")
        object.__setattr__(self, "depth", depth)

    @property
    def names(self) -> frozenset[str]:
        """First parts of the names in it, in lower case, without parameters of lambdas."""
        if self.kind == "name":
            return frozenset({self.value[0].lower()})
        inside = frozenset().union(*(p.names for p in self.parts))
        return inside - {n.lower() for n in self.value} if self.kind == "lambda" else inside


def refused(at: int, why: str) -> ValueError:
    """The error for a part that begins at a position, counted from 0."""
    return ValueError(
        f"at character {at + 1}: {why}. docs/expressions.md lists what an expression may contain"
    )


def check_constants(node: Node) -> None:
    """Refuse a text that means the clock in Spark, also when it is built from constants."""
    if node.kind == "constant":
        if isinstance(node.value, str) and _CLOCK.fullmatch(node.value):
            raise refused(
                node.at,
                "a word that Spark reads as the current time; "
                "the values of a run must not depend on when it runs",
            )
        return
    if node.kind not in ("name", "lambda") and not node.names and _holds_text(node):
        is_list = node.kind == "call" and node.value in ("array", "named_struct", "struct")
        if not is_list:
            raise refused(node.at, "it consists of constants only; write the result instead")
    for part in node.parts:
        check_constants(part)


def _holds_text(node: Node) -> bool:
    return (
        isinstance(node.value, str)
        if node.kind == "constant"
        else any(_holds_text(p) for p in node.parts)
    )
