"""Tokens of an expression."""

from decimal import Decimal

import pytest

from desirelines.settings.tokens import MOST_SIGNS, Tokens, to_tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("row.a", [("name", "row"), ("sign", "."), ("name", "a")]),
        ("a<=>1", [("name", "a"), ("sign", "<=>"), ("number", 1)]),
        ("1.50", [("number", Decimal("1.50"))]),
        ("2e3", [("number", 2000.0)]),
        ("'it''s'", [("text", "it's")]),
        (r"'a\tb\u00e9\101\q\%'", [("text", "a\tbéAq\\%")]),
        (r"r'\d'", [("text", r"\d")]),
        ("`odd ``name`", [("quoted", "odd `name")]),
        ("x -> x", [("name", "x"), ("sign", "->"), ("name", "x")]),
        ("", []),
    ],
)
def test_a_text_is_taken_apart(text, expected):
    *tokens, end = to_tokens(text)
    assert [(t.kind, t.value) for t in tokens] == expected
    assert (end.kind, end.at) == ("end", len(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a -- b", "character 3: a comment"),
        ("/* x */ a", "character 1: a comment"),
        ("1L", "character 1: a number with letters"),
        ("'open", "character 1: `'` is not part"),
        ("a ; b", "character 3: `;` is not part"),
        (str(2**63), "character 1: a number that is too long"),
        ("x" * (MOST_SIGNS + 1), "at most 2,000 characters"),
    ],
)
def test_what_is_no_token_is_told_with_its_place(text, said):
    with pytest.raises(ValueError, match=said):
        to_tokens(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1", "a subquery"), ("*", "a star"), ("over", "a window"), ("", "the end where"),
        ("'x'", "a text where"), ("7", "a number where"), ("(", r"`\(` where `\)` is expected"),
    ],
)  # fmt: skip
def test_what_may_not_stand_here_is_named(text, said):
    with pytest.raises(ValueError, match=said):
        Tokens(to_tokens(text)).want(")")
