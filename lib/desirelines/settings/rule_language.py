"""Parse one condition of a rule segment. The grammar is in `rule_language.lark`."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from lark import Lark, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from desirelines.characters import shown
from desirelines.errors import did_you_mean
from desirelines.settings.rule_conditions import Leaf, Test
from desirelines.settings.rule_meaning import ConditionError, Meaning, Vocabulary

GRAMMAR = resources.files("desirelines") / "settings" / "rule_language.lark"
MOST_CHARACTERS = 1_000
_FORMS = (
    "frequency >= 3",
    "satisfaction is known",
    "first_order_at within 30 days",
    "journey_stage is lapsed",
    "at least 3 product_view in 14 days",
    "no purchase in 90 days",
    "cart_add then no purchase within 24 hours in 30 days",
    "stopped at step 2 of funnel checkout in 30 days",
    "agrees to marketing",
    "in segment high_value",
)


def read_condition(text: str, vocabulary: Vocabulary) -> Leaf:
    """Parse one condition.

    Raises:
        ConditionError: it is no condition, or it names something that there is not; with the
            nearest name.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConditionError(1, f"a condition has at most {MOST_CHARACTERS:,} characters")
    try:
        test: Test = Meaning(vocabulary).transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise _unreadable(text, error) from None
    except VisitError as error:
        if isinstance(error.orig_exc, ConditionError):
            raise error.orig_exc from None
        raise
    return Leaf(_with_settings(" ".join(text.split()), vocabulary), test)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", propagate_positions=True)


def _with_settings(text: str, vocabulary: Vocabulary) -> str:
    """The text with the numbers of settings in place of their names."""
    return re.sub(
        r"\{([a-z_]+)\}", lambda name: str(vocabulary.settings.get(name[1], name[0])), text
    )


def _unreadable(text: str, error: UnexpectedInput) -> ConditionError:
    is_token = isinstance(error, UnexpectedToken) and error.token.type != "$END"
    column = error.column if is_token or not isinstance(error, UnexpectedToken) else len(text) + 1
    rest = text[column - 1 :].split()
    if not rest:
        return ConditionError(column, f"the condition `{shown(text)}` ends too early")
    words = {
        word.removesuffix(",")
        for form in (*_FORMS, "exactly most active days weeks visits with weekends of people")
        for word in form.split()
        if word.isalpha()
    }
    near = did_you_mean(rest[0], words)
    return ConditionError(
        column,
        f"the condition `{shown(text)}` cannot be read from '{shown(rest[0])}' on{near}. "
        f"Conditions look like `{'`, `'.join(_FORMS)}`; docs/rules.md has all forms",
    )
