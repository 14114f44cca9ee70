"""The filter overlooks no text, wherever it stands."""

from hypothesis import given
from hypothesis import strategies as st

from desirelines.erasure.blocks import SHAPES, Blocks


@given(st.data())
def test_a_text_is_within_a_region_wherever_it_stands(data):
    width, step = data.draw(st.sampled_from(SHAPES))
    texts = data.draw(
        st.lists(st.binary(min_size=width + step - 1, max_size=60), min_size=1, max_size=20)
    )
    text = data.draw(st.sampled_from(texts))
    before, after = data.draw(st.binary(max_size=80)), data.draw(st.binary(max_size=80))
    found = list(Blocks.of(texts, width, step).regions(memoryview(before + text + after)))
    assert any(b <= len(before) and len(before) + len(text) <= e for b, e in found)
    assert found == sorted(found)


@given(st.lists(st.binary(min_size=15, max_size=40), min_size=1), st.binary(max_size=14))
def test_data_shorter_than_every_text_has_no_region_that_leaves_it(texts, data):
    for begin, end in Blocks.of(texts, 8, 8).regions(memoryview(data)):
        assert 0 <= begin <= end <= len(data)


def test_data_without_any_text_has_no_region():
    texts = [b"0123456789abcdef" * 2]
    assert list(Blocks.of(texts, 8, 8).regions(memoryview(b"z" * 1_000_000))) == []
