"""Patterns in numpy, over many paths at once, against plain Python."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.paths.pattern_matching import _matched
from desirelines.settings.patterns import Item, Pattern
from tests.properties.oracles.chains import holds
from tests.properties.paths.values import PATHS, timed


@settings(max_examples=400, deadline=None)
@given(
    PATHS,
    st.lists(st.tuples(st.sets(st.sampled_from("abc"), min_size=1, max_size=2), st.booleans(),
                       st.booleans()), min_size=1, max_size=4),
    st.sampled_from([None, 0, 3]),
    st.sampled_from(["first", "last", "every"]),
)  # fmt: skip
def test_patterns_are_found_where_plain_python_finds_them(paths, items, within, occurrence):
    paths = timed(paths)
    pattern = Pattern(
        "", tuple(Item(frozenset(names), is_not, gap and n > 0)
                  for n, (names, is_not, gap) in enumerate(items)),
        occurrence, within,
    )  # fmt: skip
    batch = pa.RecordBatch.from_pydict({
        "steps": pa.array([[n for _, n in p] for p in paths], pa.list_(pa.string())),
        "at_ms": pa.array([[t for t, _ in p] for p in paths], pa.list_(pa.int64())),
    })  # fmt: skip
    got = next(_matched(iter([batch]), patterns=[pattern])).column("matches").to_pylist()
    fits = [
        (lambda n, i=item: (n in i.names) != i.is_not, item.after_gap) for item in pattern.items
    ]
    for path, matches in zip(paths, got, strict=True):
        where = holds(path, fits, within=within, occurrence=occurrence)
        times = [(m["first_ms"], m["last_ms"]) for m in matches]
        assert times == ([] if where is None else [(path[where[0]][0], path[where[1]][0])])
