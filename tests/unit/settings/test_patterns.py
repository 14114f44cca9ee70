"""The language of patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirelines.errors import SettingsError
from desirelines.settings.patterns import Item, check_names, known_single, plain, read_pattern


@pytest.mark.parametrize(
    ("text", "items", "occurrence", "within_ms"),
    [
        ("cart -> pay", [("cart", False, False), ("pay", False, False)], "first", None),
        ("cart -> * -> pay within 2h", [("cart", False, False), ("pay", False, True)], "first",
         7_200_000),
        ("last [a|b c] -> [^d]", [("a,b c", False, False), ("d", True, False)], "last", None),
        ("every product viewed->order-done",
         [("product viewed", False, False), ("order-done", False, False)], "every", None),
        ('"a -> b" -> "within"', [("a -> b", False, False), ("within", False, False)], "first",
         None),
        ("/p/1.html within 1.5d", [("/p/1.html", False, False)], "first", 129_600_000),
        ("first", [("first", False, False)], "first", None),
        ("first  -> last", [("first", False, False), ("last", False, False)], "first", None),
    ],
)  # fmt: skip
def test_patterns_are_read(text, items, occurrence, within_ms):
    got = read_pattern(text)
    assert got.items == tuple(
        Item(frozenset(n.split(",")), is_not, gap) for n, is_not, gap in items
    )
    assert (got.occurrence, got.within_ms) == (occurrence, within_ms)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a pattern ends with a step"), ("cart ->", "a pattern ends with a step"),
        ("-> cart", "at character 1: expected a step"),
        ("* -> cart", "`*` stands between two steps"),
        ("a -> * -> * -> b", "`*` stands between"), ("[a|] -> b", "a name is empty"),
        ("a -> b within 2y", "at character 8"), ("a ! b", "at character 3: expected `->`"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(text, message):
    with pytest.raises(SettingsError, match=r".*") as error:
        read_pattern(text)
    assert message in str(error.value)


def test_a_name_that_nobody_ever_did_is_a_mistake():
    with pytest.raises(
        SettingsError, match=r"there is no step 'chekout' \(did you mean 'checkout'\?\)"
    ):
        check_names([read_pattern("cart -> chekout")], {"cart", "checkout"})


NAMES = st.one_of(
    st.sampled_from([
        "cart", "a -> b", "order done", "x|y", 'Clicked "Buy"', "last call", "first purchase",
        "every day", "first", "within", "back\\slash", "a]b", "*", "^a", "two\nlines", "~path_end",
        "ends with \\",
    ]),
    st.text(min_size=1, max_size=9).filter(lambda name: name == name.strip()),
)  # fmt: skip


@given(st.lists(NAMES, min_size=1, max_size=4), st.booleans())
def test_a_plain_pattern_reads_back_as_its_steps(names, gaps):
    got = read_pattern(plain(names, gaps=gaps))
    assert [item.names for item in got.items] == [{name} for name in names]
    assert [item.after_gap for item in got.items] == [gaps and n > 0 for n in range(len(names))]
    assert (got.occurrence, got.within_ms) == ("first", None)


@given(st.lists(NAMES.filter(lambda name: "|" not in name), min_size=2, max_size=3, unique=True))
def test_any_names_can_stand_beside_each_other(names):
    quoted = "|".join(plain([name], gaps=False) for name in names)
    assert read_pattern(f"[{quoted}] -> x").items[0] == Item(frozenset(names))


def test_a_step_that_begins_with_first_last_or_every_stands_in_quotes():
    assert known_single('"last call"') == '"last call"'
    with pytest.raises(ValueError, match="put a name that begins with first, last or every in"):
        known_single("last call")
