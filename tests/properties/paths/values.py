"""Paths that the properties are tried on."""

from hypothesis import strategies as st

PATHS = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abcd")), max_size=9),
    min_size=1,
    max_size=4,
)


def timed(paths):
    """Paths with times that never fall: [(time, name)]."""
    return [
        [(sum(gap for gap, _ in path[: n + 1]), name) for n, (_, name) in enumerate(path)]
        for path in paths
    ]
