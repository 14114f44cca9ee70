"""The entropy of paths in numpy, against plain Python."""

from collections import Counter
from itertools import pairwise
from math import log2

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desirelines.features.path_entropy import path_features
from tests.properties.features.values import PEOPLE, ints, known, owners


@given(
    st.lists(st.tuples(owners, st.lists(st.integers(0, 2), max_size=40)), max_size=6),
    st.permutations(range(3)),
)
def test_the_entropy_of_step_pairs_however_names_are_numbered(paths, numbers):
    paths = sorted(paths, key=lambda p: p[0])
    want_entropy, want_loops = [], []
    for person in range(PEOPLE):
        pairs = Counter(
            pair for owner, steps in paths if owner == person for pair in pairwise(steps)
        )
        total = pairs.total()
        bits = -sum(n / total * log2(n / total) for n in pairs.values())
        want_entropy.append(
            None if not pairs else bits / log2(len(pairs)) if len(pairs) > 1 else 0.0
        )
        want_loops.append(
            sum(n for (a, b), n in pairs.items() if a == b) / total if pairs else None
        )

    def counted(number_of):
        path = ints(n for n, (_, steps) in enumerate(paths) for _ in steps)
        name = ints(number_of[step] for _, steps in paths for step in steps)
        return path_features(path, name, ints(o for o, steps in paths for _ in steps), PEOPLE)

    entropy, loops = counted(range(3))
    assert want_entropy == known(entropy)
    assert want_loops == known(loops)
    assert np.array_equal(counted(numbers)[0], entropy, equal_nan=True), "to the last bit"
