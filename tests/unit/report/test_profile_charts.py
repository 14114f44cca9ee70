"""The bars of what sets a group apart."""

from desirelines.report.profile_charts import TraitBar, traits
from tests.support.report import text_of


def test_more_is_purple_and_less_is_orange_and_both_have_their_numbers():
    above, below = TraitBar("orders", "12.0 · 2.0", 1.4), TraitBar("orders", "2.0 · 12.0", -1.4)
    assert text_of(traits([above])) == "orders 12.0 · 2.0"
    assert "--d5" in traits([above])
    assert "--d1" not in traits([above])
    assert "--d1" in traits([below])
    assert 'aria-label="orders: 2.0 · 12.0"' in traits([below])


def test_an_effect_beyond_the_limit_is_as_long_as_the_limit():
    assert traits([TraitBar("a", "1", 2.0)]) == traits([TraitBar("a", "1", 9.0)])
    assert traits([TraitBar("a", "1", 1.0)]) != traits([TraitBar("a", "1", 2.0)])
