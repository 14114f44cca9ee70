"""Where a needle counts, and that all are found that plain search finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.erasure.search import Content, Searcher

ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(str.strip)
TEXT, PARQUET, BINARY = Content.TEXT, Content.PARQUET, Content.BINARY


def searcher(*values, kind="user"):
    return Searcher.of(needles_of(Sought(n, kind, v) for n, v in enumerate(values)))


@pytest.mark.parametrize(
    ("text", "content", "is_found"),
    [
        (b"to ann@x.com.", TEXT, True),
        (b"ann@x.com", TEXT, True),
        (b"joann@x.com", TEXT, False),
        (b"ann@x.community", TEXT, False),
        (b"to=ann@x.com&a=b", TEXT, True),
        (b"to%3Dann@x.com", TEXT, True),
        (rb"to\nann@x.com", TEXT, True),
        (rb"to\u003dann@x.com", TEXT, True),
        (b"joann@x.community", BINARY, True),
        (b"joann@x.com", PARQUET, False),
        (b"\x09\0\0\0ann@x.comz\0\0\0", PARQUET, True),
        (b"\x09ann@x.com6", PARQUET, True),
        (b"\x0a\0\0\0jann@x.comz", PARQUET, False),
    ],
)
def test_in_text_a_needle_counts_as_a_word_and_in_other_bytes_anywhere(text, content, is_found):
    assert searcher("ann@x.com").in_bytes(text, content) == ({0} if is_found else set())


def test_a_key_counts_within_longer_digits_too():
    key = "0123456789abcdef" * 2
    assert searcher(key, kind=KEY).in_bytes(b"ff" + key.encode() + b"00", TEXT) == {0}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (b'{"id": "7"}', True), (b'{"id": 7}', False), (b'{"id": "17"}', False),
        (b"a,7,b", True), (b"7\n8", True), (b"7", True), (b"a 7 b", False), (b"'7'", True),
    ],
)  # fmt: skip
def test_a_short_one_is_found_between_separators_alone(text, is_found):
    assert searcher("7").in_text(text) == ({0} if is_found else set())


def test_a_short_one_is_not_looked_for_in_bytes():
    assert searcher("7").in_bytes(b"7", BINARY) == set()


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["ann@x.com", "7"], {0, 1}), (["jo", "ann@x.com", "au"], {0}), (["jo" "ann@x.com"], set()),
        (["ann@x", ".com"], set()), (["see ann@x.com!"], {0}), (["17", "70"], set()), ([], set()),
        (["", "7", ""], {1}),
    ],
)  # fmt: skip
def test_a_cell_ends_a_word_and_none_goes_over_two_cells(cells, found):
    parts = [c.encode() for c in cells]
    offsets = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    assert searcher("ann@x.com", "7").in_cells(memoryview(b"".join(parts)), offsets) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [("user=7", {0}), ("7.parquet", {0}), ("7", {0}), ("17", set()), ("user=17.parquet", set())],
)
def test_a_short_one_is_found_as_a_part_of_a_path(name, found):
    assert searcher("7").in_name(name) == found


@given(st.lists(ANY_TEXT, min_size=1, max_size=8), st.binary(max_size=50), st.data())
def test_all_forms_are_found_in_binary_data_as_plain_search_finds_them(values, noise, data):
    needles = needles_of(Sought(n, "user", v) for n, v in enumerate(values))
    planted = data.draw(st.lists(st.sampled_from([f.content for f in needles.forms] or [b""])))
    content = noise + b"".join(part + noise[:3] for part in planted)
    expected = {form.owner for form in needles.forms if form.content in content}
    assert Searcher.of(needles).in_bytes(content, BINARY) == expected


@given(ANY_TEXT)
def test_any_identifier_is_found_as_a_word_of_a_text(value):
    assert searcher(value).in_text(b'"' + value.encode() + b'"') == {0} or {*"\"'"} & {*value}
    assert searcher(value).in_cells(
        memoryview(value.encode()), np.array([0, len(value.encode())])
    ) == {0}


def test_one_of_a_thousand_people_is_found_in_much_data():
    values = [f"somebody{n}@example.com" for n in range(1000)]
    text = b" ".join(b"nobody%d@example.com" % n for n in range(100_000))
    found = searcher(*values).in_bytes(text + b" somebody77@example.com " + text, TEXT)
    assert found == {77}
