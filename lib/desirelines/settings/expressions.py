"""Parser of expressions in the settings: a small grammar of Spark SQL; all else is refused.

The tree that is built and checked here is what runs: `desirelines.columns.expressions` turns it
into columns. Spark never sees the text, so no difference between two grammars can bypass the check,
and Spark substitutes no `${...}`. Operators have the same precedence as in Spark.

    choice    = also {OR also};  also = not {AND not};  not = (NOT | !) not | test
    test      = value [[NOT] (BETWEEN value AND value | IN (choice, …)
                | LIKE, ILIKE, RLIKE, REGEXP value [ESCAPE text])
                | IS [NOT] (NULL | TRUE | FALSE | DISTINCT FROM value)]
    value     = sum {(= | == | <=> | <> | != | < | <= | > | >=) sum}
    sum       = product {(+ | - | ||) product}
    product   = sign {(* | / | % | DIV) sign};  sign = (- | +) sign | part
    part      = one {[value] | .name}
    one       = number | text | DATE text | TIMESTAMP text | TRUE | FALSE | NULL
                | name | name(argument, …) | (choice)
                | CASE [choice] WHEN choice THEN choice … [ELSE choice] END
                | CAST, TRY_CAST(choice AS type)
    argument  = choice | name -> choice | (name, name) -> choice
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from desirelines.errors import did_you_mean
from desirelines.settings.functions import ALLOWED, OF_ELEMENTS, TYPES
from desirelines.settings.tokens import SUBQUERIES, Tokens, to_tokens
from desirelines.settings.tree import Node, check_constants, refused

MOST_NESTED = 25
"""Maximum number of brackets within brackets."""

_COMPARISONS = ("=", "==", "<=>", "<>", "!=", "<", "<=", ">", ">=")


@lru_cache(maxsize=512)
def read_expression(text: str) -> Node:
    """Parse an expression.

    Raises:
        ValueError: the expression is not allowed; the message says what and where, and shows no
            constant of it.
    """
    reader = _Reader(to_tokens(text))
    tree = reader.choice()
    if reader.token.kind != "end":
        raise reader.unexpected("the end of the expression")
    check_constants(tree)
    return tree


class _Reader(Tokens):
    """One method per line of the grammar; each takes its tokens and returns their tree."""

    nested = 0

    def choice(self) -> Node:
        return self._chain(self.also, "OR")

    def also(self) -> Node:
        return self._chain(self.negation, "AND")

    def negation(self) -> Node:
        at = self.token.at
        count = 0
        while self.take("NOT", "!"):
            count += 1
        tree = self.test()
        for _ in range(count):
            tree = Node("operator", "not", (tree,), at)
        return tree

    def test(self) -> Node:
        left, at = self.value(), self.token.at
        is_not = self.take("NOT", "!") is not None
        tree = self._test_of(left, at)
        if tree is None:
            if is_not:
                raise self.unexpected("BETWEEN, IN or LIKE")
            return left
        return Node("operator", "not", (tree,), at) if is_not else tree

    def _test_of(self, left: Node, at: int) -> Node | None:
        if self.take("BETWEEN"):
            low = self.value()
            self.want("AND")
            return Node("operator", "between", (left, low, self.value()), at)
        if self.take("IN"):
            self.want("(")
            return Node("operator", "in", (left, *self._listed(self.choice)), at)
        if word := self.take("LIKE", "ILIKE", "RLIKE", "REGEXP"):
            pattern = self.value()
            escape = (self.text(),) if word in ("LIKE", "ILIKE") and self.take("ESCAPE") else ()
            return Node(
                "call", "rlike" if word == "REGEXP" else word.lower(), (left, pattern, *escape), at
            )
        return self._is(left, at) if self.take("IS") else None

    def _is(self, left: Node, at: int) -> Node:
        is_not = self.take("NOT") is not None
        if self.take("NULL"):
            return Node("call", "isnotnull" if is_not else "isnull", (left,), at)
        if word := self.take("TRUE", "FALSE"):
            tree = Node("operator", "<=>", (left, Node("constant", word == "TRUE", at=at)), at)
        elif self.take("DISTINCT"):
            self.want("FROM")
            same = Node("operator", "<=>", (left, self.value()), at)
            tree = Node("operator", "not", (same,), at)
        else:
            raise self.unexpected("NULL, TRUE, FALSE or DISTINCT FROM")
        return Node("operator", "not", (tree,), at) if is_not else tree

    def value(self) -> Node:
        self.nested += 1  # every nested part passes through here
        if self.nested > MOST_NESTED:
            raise refused(self.token.at, f"more than {MOST_NESTED} levels deep")
        tree = self._chain(self.sum, *_COMPARISONS)
        self.nested -= 1
        return tree

    def sum(self) -> Node:
        return self._chain(self.product, "+", "-", "||")

    def product(self) -> Node:
        return self._chain(self.sign, "*", "/", "%", "DIV")

    def sign(self) -> Node:
        at, signs = self.token.at, []
        while sign := self.take("-", "+"):
            signs.append(sign)
        tree = self.part()
        for sign in reversed(signs):
            if sign == "-":
                is_number = tree.kind == "constant" and isinstance(
                    tree.value, int | float | Decimal
                )
                is_number = is_number and not isinstance(tree.value, bool)
                tree = (
                    Node("constant", -tree.value, at=at)
                    if is_number
                    else Node("operator", "negative", (tree,), at)
                )
        return tree

    def part(self) -> Node:
        tree = self.one()
        while word := self.take("[", "."):
            at = self.token.at
            if word == "[":
                tree = Node("item", None, (tree, self.value()), at)
                self.want("]")
            else:
                tree = Node("field", self.name(), (tree,), at)
        return tree

    def one(self) -> Node:
        token = self.token
        if token.kind in ("text", "number"):
            self.place += 1
            return Node("constant", token.value, at=token.at)
        if self.take("("):
            tree = self.choice()
            self.want(")")
            return tree
        if token.kind == "quoted" or (token.kind == "name" and token.word not in SUBQUERIES):
            return self._named()
        raise self.unexpected("a value")

    def _named(self) -> Node:
        token = self.token
        if token.kind == "name":
            if token.word in ("TRUE", "FALSE", "NULL"):
                self.place += 1
                return Node(
                    "constant",
                    {"TRUE": True, "FALSE": False, "NULL": None}[token.word],
                    at=token.at,
                )
            if token.word == "CASE":
                return self._case()
            if token.word in ("CAST", "TRY_CAST") and self.is_next("(", ahead=1):
                return self._cast()
            if token.word in ("DATE", "TIMESTAMP") and self.tokens[self.place + 1].kind == "text":
                return self._time()
        name = [self.name()]
        while self.take("."):
            name.append(self.name())
        if not self.is_next("("):
            return Node("name", tuple(name), at=token.at)
        return self._call(".".join(name), token.at)

    def _call(self, name: str, at: int) -> Node:
        function = name.lower()
        if function not in ALLOWED:
            raise refused(
                at,
                f"`{name}` is not a function that an expression may call"
                f"{did_you_mean(function, ALLOWED)}",
            )
        self.want("(")
        if function not in OF_ELEMENTS:
            return Node("call", function, self._listed(self.choice), at)
        array = self.choice()
        self.want(",")
        body = self._lambda(OF_ELEMENTS[function])
        self.want(")")
        return Node("call", function, (array, body), at)

    def _lambda(self, counts: tuple[int, ...]) -> Node:
        at = self.token.at
        names = (
            [self.name()]
            if not self.take("(")
            else [n.value[0] for n in self._listed(self._parameter)]
        )
        if len(names) not in counts or len({n.lower() for n in names}) < len(names):
            raise refused(
                at, f"an arrow here takes {' or '.join(map(str, counts))} different names before it"
            )
        self.want("->")
        return Node("lambda", tuple(names), (self.choice(),), at)

    def _parameter(self) -> Node:
        at = self.token.at
        return Node("name", (self.name(),), at=at)

    def _case(self) -> Node:
        at = self.token.at
        self.place += 1
        parts = [] if self.is_next("WHEN") else [self.choice()]
        compares, has_else = bool(parts), False
        if not self.is_next("WHEN"):
            raise self.unexpected("WHEN")
        while self.take("WHEN"):
            parts.append(self.choice())
            self.want("THEN")
            parts.append(self.choice())
        if self.take("ELSE"):
            parts.append(self.choice())
            has_else = True
        self.want("END")
        return Node("case", (compares, has_else), tuple(parts), at)

    def _cast(self) -> Node:
        token = self.token
        self.place += 2
        value = self.choice()
        self.want("AS")
        type_ = self._type()
        self.want(")")
        return Node("cast" if token.word == "CAST" else "try_cast", type_, (value,), token.at)

    def _type(self) -> str:
        at, name = self.token.at, self.name().lower()
        if name == "array" and self.take("<"):
            inner = self._type()
            self.want(">")
            return f"array<{inner}>"
        if name not in TYPES:
            raise refused(at, f"`{name}` is not a type that an expression may cast to")
        if name != "decimal" or not self.take("("):
            return name
        sizes = [str(n.value) for n in self._listed(self.whole)]
        return f"decimal({','.join(sizes)})"

    def _time(self) -> Node:
        token = self.token
        self.place += 1
        text = self.text()
        kind: type[date] = date if token.word == "DATE" else datetime
        try:
            value = kind.fromisoformat(text.value)
        except ValueError:
            raise refused(
                text.at, f"not a {token.word.lower()}. Write it as {kind(2026, 1, 31).isoformat()}"
            ) from None
        return Node("constant", value, at=token.at)

    def _chain(self, one: Callable[[], Node], *signs: str) -> Node:
        tree = one()
        while True:
            at = self.token.at
            if not (sign := self.take(*signs)):
                return tree
            tree = Node("operator", sign.lower(), (tree, one()), at)

    def _listed(self, one: Callable[[], Node]) -> tuple[Node, ...]:
        """The parts between brackets, whose opening bracket is already taken."""
        if self.take(")"):
            return ()
        nodes = [one()]
        while self.take(","):
            nodes.append(one())
        self.want(")")
        return tuple(nodes)
