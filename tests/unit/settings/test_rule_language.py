"""Texts of conditions: what each form means, and where a wrong one is wrong."""

import pytest

from desirelines.settings.rule_conditions import (
    AgreesTo,
    AllOf,
    AnyOf,
    Compare,
    Count,
    Counted,
    InFunnel,
    InSegment,
    IsKnown,
    LabelIn,
    Leaf,
    Moment,
    Not,
    PathHolds,
    Percentile,
    Sequence,
    Span,
    Steps,
    in_words,
    nodes_of,
)
from desirelines.settings.rule_language import read_condition
from desirelines.settings.rule_meaning import ConditionError, Vocabulary

NAMES = Vocabulary(
    numbers=frozenset({"frequency", "order_value", "my feature", "known"}),
    times=frozenset({"first_order_at"}),
    labels={"stage": frozenset({"aware", "at risk"})},
    kinds=frozenset({"purchase", "cart_add", "help", "product_view", "content_play"}),
    settings={"days": 30},
    segments=frozenset({"vip"}),
    funnels={"checkout": 3},
    purposes=frozenset({"marketing", "e-mail for news"}),
)
CART, BUY = Steps(frozenset({"cart_add"})), Steps(frozenset({"purchase"}))
BOTH = Steps(frozenset({"cart_add", "purchase"}))
DAY, MONTH = Span(1, "day"), Span(30, "day")


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("frequency >= 3", Compare("frequency", ">=", 3.0)),
        ("frequency<-0.5", Compare("frequency", "<", -0.5)),
        ('"my feature" != {days}', Compare("my feature", "!=", 30.0)),
        ("order_value > p80", Compare("order_value", ">", Percentile(80.0, "order_value"))),
        ("frequency = p2.5 of people with order_value",
         Compare("frequency", "=", Percentile(2.5, "frequency", "order_value"))),
        ("frequency is known", IsKnown("frequency", True)),
        ("known is unknown", IsKnown("known", False)),
        ("stage is unknown", IsKnown("stage", False)),
        ("first_order_at within {days} days", Moment("first_order_at", MONTH)),
        ("first_order_at before 6 months", Moment("first_order_at", Span(6, "month"), True)),
        ("stage is aware", LabelIn("stage", frozenset({"aware"}))),
        ('stage is not "at risk"', LabelIn("stage", frozenset({"at risk"}), is_in=False)),
        ('stage in [aware | "at risk"]', LabelIn("stage", frozenset({"aware", "at risk"}))),
        ("at least 3 purchase", Count(Counted("steps", BUY), 3)),
        ("at most 2 [cart_add|purchase] in 1 day", Count(Counted("steps", BOTH), None, 2, DAY)),
        ("exactly 1 purchase in 30 days", Count(Counted("steps", BUY), 1, 1, MONTH)),
        ('no [purchase | "call \\"us\\""] in {days} days',
         Count(Counted("steps", Steps(BUY.kinds, frozenset({'call "us"'}))), None, 0, MONTH)),
        ("no visits in 2 weeks", Count(Counted("visits"), None, 0, Span(2, "week"))),
        ("at least 5 visits with help", Count(Counted("visits", Steps(frozenset({"help"}))), 5)),
        ("at least 21 active days in 30 days", Count(Counted("active days"), 21, None, MONTH)),
        ("at most 1 active weeks", Count(Counted("active weeks"), None, 1)),
        ("agrees to marketing", AgreesTo("marketing")),
        ('agrees to "e-mail for news"', AgreesTo("e-mail for news")),
        ("reached step 2 of funnel checkout", InFunnel("checkout", 2)),
        ("stopped at step 3 of funnel checkout in 1 day", InFunnel("checkout", 3, True, DAY)),
        ("at least 3 weekends with 2 purchase a day in 30 days",
         Count(Counted("weekends", BUY, each=2), 3, None, MONTH)),
        ("at least 3 cart_add of one category without purchase of it",
         Count(Counted("category", CART, BUY), 3)),
        ("no cart_add of one category in 1 day", Count(Counted("category", CART), None, 0, DAY)),
        ("cart_add then purchase within 1 day", Sequence(CART, BUY, DAY)),
        ("last cart_add then no purchase within 1 day in 30 days",
         Sequence(CART, BUY, DAY, is_absent=True, is_last=True, window=MONTH)),
        ("cart_add then purchase within 2 hours without help between",
         Sequence(CART, BUY, Span(2, "hour"), between=Steps(frozenset({"help"})))),
        ('path "cart -> * -> pay within 2h"', PathHolds("cart -> * -> pay within 2h")),
        ('path "last \\"first aid\\" -> [a|b]" in 1 day',
         PathHolds('last "first aid" -> [a|b]', DAY)),
        ("in segment vip", InSegment("vip")),
    ],
)  # fmt: skip
def test_a_form_means(text, test):
    assert read_condition(text, NAMES).test == test


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("frequncy >= 3", 1, r"no feature 'frequncy' \(did you mean 'frequency'\?\)"),
        ("frequency >= p80 of people with ordervalue", 33, "did you mean 'order_value'"),
        ("frequency => 3", 12, "cannot be read from '> 3'|cannot be read from '>'"),
        ("frequency >=", 13, "ends too early"),
        ("frequency >= 3 or more", 16, "cannot be read from 'or' on"),
        ("at leest 3 purchase", 4, r"from 'leest' on \(did you mean 'least'\?\)"),
        ("at least 3 purchas", 12, r"no kind of step .* 'purchas' \(did you mean 'purchase'\?\)"),
        ("at least 2.5 purchase", 10, "a whole number"),
        ("no purchase in 0 days", 16, "a whole number from 1"),
        ("no purchase in {dais} days", 16, r"no setting .* 'dais' \(did you mean 'days'\?\)"),
        ("no purchase in 3 fortnights", 18, "cannot be read from 'fortnights' on"),
        ("stage is awaer", 10, r"no value of stage 'awaer' \(did you mean 'aware'\?\)"),
        ("first_order_at within 3", 24, "ends too early"),
        ("frequency within 3 days", 1, "no time 'frequency'"),
        ("cart_add then purchase", 23, "ends too early"),
        ("cart_add then purchase within 2 months", 31, "minutes, hours, days or weeks"),
        ("cart_add then no purchase within 1 day without help between", 1, "already none"),
        ('at least 1 "cart" of one category', 12, "kinds of steps alone"),
        ('path "cart -> " in 1 day', 6, "at character 9: a pattern ends with a step"),
        ("agrees to marketting", 11, r"no purpose of consent .* \(did you mean 'marketing'\?\)"),
        ("reached step 4 of funnel checkout", 26, "funnel 'checkout' has the steps 1 to 3"),
        ("stopped at step 0 of funnel checkout", 29, "has the steps 1 to 3"),
        ("reached step 2 of funnel chekout", 26, r"no funnel .* \(did you mean 'checkout'\?\)"),
        ("in segment vap", 12, r"no rule segment 'vap' \(did you mean 'vip'\?\)"),
        ("frequency ~ 3", 11, "cannot be read from '~' on"),
        ("", 1, "ends too early"),
        ("frequency > " + "1" * 1000, 1, "at most 1,000 characters"),
    ],
)
def test_a_wrong_text_is_wrong_at_a_character(text, column, message):
    with pytest.raises(ConditionError, match=message) as error:
        read_condition(text, NAMES)
    assert error.value.column == column


def test_words_and_nodes_go_from_left_to_right():
    leaves = [
        read_condition(text, NAMES)
        for text in ("frequency  >=  3", "no purchase in {days} days", "in segment vip")
    ]
    assert [leaf.text for leaf in leaves[:2]] == ["frequency >= 3", "no purchase in 30 days"]
    tree = AllOf((leaves[0], AnyOf((Not(leaves[1]), leaves[2]))))
    assert in_words(tree) == ("frequency >= 3 and (not (no purchase in 30 days) or in segment vip)")
    kinds = [type(node).__name__ for node in nodes_of(tree)]
    assert kinds == ["AllOf", "Leaf", "AnyOf", "Not", "Leaf", "Leaf"]
    assert isinstance(leaves[0], Leaf)
