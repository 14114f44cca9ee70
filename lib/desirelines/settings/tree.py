"""The tree of an expression: its parts, how deep it may be, and constants that are no constants to Spark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

MOST_DEEP = 100
"""Levels of an expression within an expression; a chain of operators has as many as it has operators."""

Kind = Literal[
    "constant", "name", "call", "operator", "case", "cast", "try_cast", "item", "field", "lambda"
]
_CLOCK = re.compile(r"\s*(now|today|tomorrow|yesterday)([^a-z\s]\S*|\s+\S*)?\s*", re.IGNORECASE)
"""Texts that Spark takes for the time by the clock where it casts them."""


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression.

    `value` is the constant; the parts of the name; the function, operator, field or type; the names of a lambda; whether a
    CASE begins with what it compares and ends with an ELSE.
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
        """First parts of the names in it, in lower case, without those that a lambda in it gives."""
        if self.kind == "name":
            return frozenset({self.value[0].lower()})
        inside = frozenset().union(*(p.names for p in self.parts))
        return inside - {n.lower() for n in self.value} if self.kind == "lambda" else inside


def refused(at: int, why: str) -> ValueError:
    """The error for a part that begins at a place, counted from 0."""
    return ValueError(
        f"at sign {at + 1}: {why}. docs/expressions.md lists what an expression may hold"
    )


def check_constants(node: Node) -> None:
    """Refuse a text that is the clock to Spark, also where it is put together of constants."""
    if node.kind == "constant":
        if isinstance(node.value, str) and _CLOCK.fullmatch(node.value):
            raise refused(
                node.at,
                "a word that is a time by the clock to Spark; a run's values do not depend on when it runs",
            )
        return
    if node.kind not in ("name", "lambda") and not node.names and _holds_text(node):
        is_list = node.kind == "call" and node.value in ("array", "named_struct", "struct")
        if not is_list:
            raise refused(node.at, "it is made of constants alone; write what comes of them")
    for part in node.parts:
        check_constants(part)


def _holds_text(node: Node) -> bool:
    return (
        isinstance(node.value, str)
        if node.kind == "constant"
        else any(_holds_text(p) for p in node.parts)
    )
