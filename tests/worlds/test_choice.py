"""The number of clusters chosen on a sample, and by the full sweep over everybody."""

import numpy as np
import pytest

from desirelines.clusters.choose_k import candidates, chosen
from desirelines.clusters.search import CHOSEN_ON
from tests.support.groups import planted

pytestmark = pytest.mark.campaign

EVERYBODY, WORLDS = 3 * CHOSEN_ON, 10


def picked(points):
    scored = candidates(
        points, algorithm="kmeans", k_min=2, k_max=14, seed=7, on_candidate=lambda _: None
    )
    best = chosen(scored, smallest_share=0.01, least_stability=0.6)
    return best and best.k


def test_a_sample_chooses_what_the_full_sweep_chooses():
    found = []
    for seed in range(WORLDS):
        points, k = planted(seed, EVERYBODY)
        some = points[np.random.default_rng(seed).permutation(EVERYBODY)[:CHOSEN_ON]]
        found.append((picked(some), picked(points), k))
    assert sum(sample == full for sample, full, _ in found) >= WORLDS - 1, found
    assert sum(sample == k for sample, _, k in found) >= WORLDS - 1, found
