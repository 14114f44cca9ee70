"""Tokens of an expression, read as Spark reads them; comments and other hidden text are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from desirelines.settings.tree import Node, refused

SUBQUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "FROM")
"""Words that begin a subquery or a part of one; a column with such a name needs quotes."""

MOST_SIGNS = 2_000
LONGEST_WHOLE, MOST_DIGITS = 2**63 - 1, 38

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<comment>--|/\*)
    | (?P<raw>[rR](?:'[^']*'|"[^"]*"))
    | (?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    | (?P<quoted>`(?:[^`]|``)+`)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>->|<=>|<=|>=|<>|!=|==|\|\||[-+*/%=<>!()\[\],.])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<one>.))",
    re.DOTALL,
)
_ESCAPED = {
    "0": "\0",
    "b": "\b",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "Z": "\x1a",
    "%": "\\%",
    "_": "\\_",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `word` is a name in capitals or a sign, for comparison, and else empty."""

    kind: Literal["name", "quoted", "text", "number", "sign", "end"]
    word: str
    value: Any
    at: int
    shown: str = ""


def to_tokens(text: str) -> list[Token]:
    """Split an expression into its tokens; the last one marks the end.

    Raises:
        ValueError: a part of the expression is not a token.
    """
    if len(text) > MOST_SIGNS:
        raise ValueError(f"an expression has at most {MOST_SIGNS:,} characters")
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise ValueError(
                f"at character {at + 1}: `{text[at]}` is not part of an expression, "
                "or a quote that does not end"
            )
        kind, part = str(match.lastgroup), match.group()
        if kind == "comment":
            raise ValueError(
                f"at character {at + 1}: a comment. Write it beside the expression, in YAML"
            )
        if kind == "number" and text[match.end() : match.end() + 1].isidentifier():
            raise ValueError(
                f"at character {at + 1}: a number with letters. "
                "Cast it instead, as in CAST(1 AS double)"
            )
        if kind != "space":
            tokens.append(_token(kind, part, at))
        at = match.end()
    return [*tokens, Token("end", "", None, len(text))]


def _token(kind: str, part: str, at: int) -> Token:
    if kind == "number":
        return Token("number", "", _number(part, at), at)
    if kind == "raw":
        return Token("text", "", part[2:-1], at)
    if kind == "text":
        return Token("text", "", _unescaped(part), at)
    if kind == "quoted":
        return Token("quoted", "", part[1:-1].replace("``", "`"), at, part)
    return Token("name" if kind == "name" else "sign", part.upper(), part, at, part)


def _number(part: str, at: int) -> int | float | Decimal:
    """As in Spark: a whole number, a decimal with a point, or a double with an exponent."""
    if "e" in part.lower():
        return float(part)
    if "." in part:
        number = Decimal(part)
        if len(number.as_tuple().digits) <= MOST_DIGITS:
            return number
    elif int(part) <= LONGEST_WHOLE:
        return int(part)
    raise ValueError(f"at character {at + 1}: a number that is too long")


def _unescaped(part: str) -> str:
    """The value of a quoted text. A backslash before % or _ is kept, for LIKE."""
    quote = part[0]

    def character(escape: re.Match[str]) -> str:
        if escape["four"] or escape["eight"]:
            return chr(int(escape["four"] or escape["eight"], 16))
        if escape["octal"]:
            return chr(int(escape["octal"], 8))
        return _ESCAPED.get(escape["one"], escape["one"])

    # Doubled quotes count outside escapes only: \'' is an escaped quote and then the end, which is
    # how the pattern of a text has read it.
    pieces = re.split(r"(\\(?:.))", part[1:-1], flags=re.DOTALL)
    plain = "".join(p if n % 2 else p.replace(quote * 2, quote) for n, p in enumerate(pieces))
    return _ESCAPE.sub(character, plain)


class Tokens:
    """Tokens that are taken one after another."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.place]

    def is_next(self, *words: str, ahead: int = 0) -> bool:
        """Whether the next token, or one `ahead` tokens later, is one of the words."""
        token = self.tokens[min(self.place + ahead, len(self.tokens) - 1)]
        return token.word in words

    def take(self, *words: str) -> str | None:
        """Take the next token and return its word, if it is one of the words."""
        if not self.is_next(*words):
            return None
        self.place += 1
        return self.tokens[self.place - 1].word

    def want(self, word: str) -> None:
        """Take the next token, which must be this word."""
        if not self.take(word):
            raise self.unexpected(f"`{word}`")

    def unexpected(self, wanted: str) -> ValueError:
        """The error for a next token that is not allowed here."""
        token = self.token
        if token.word in SUBQUERIES:
            return refused(token.at, "a subquery; an expression can use the row only")
        if token.word == "*":
            return refused(token.at, "a star; name the columns")
        if token.word == "OVER":
            return refused(token.at, "a window; an expression sees one row")
        what = {"end": "the end", "text": "a text", "number": "a number"}.get(
            token.kind, f"`{token.shown}`"
        )
        return refused(token.at, f"{what} where {wanted} is expected")

    def name(self) -> str:
        """Take a name."""
        if self.token.kind not in ("name", "quoted"):
            raise self.unexpected("a name")
        self.place += 1
        return str(self.tokens[self.place - 1].value)

    def text(self) -> Node:
        """Take a text."""
        if self.token.kind != "text":
            raise self.unexpected("a text")
        self.place += 1
        return Node(
            "constant", self.tokens[self.place - 1].value, at=self.tokens[self.place - 1].at
        )

    def whole(self) -> Node:
        """Take a whole number."""
        if not (self.token.kind == "number" and isinstance(self.token.value, int)):
            raise self.unexpected("a whole number")
        self.place += 1
        return Node(
            "constant", self.tokens[self.place - 1].value, at=self.tokens[self.place - 1].at
        )
