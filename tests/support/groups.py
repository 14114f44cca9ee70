"""Points with groups that are known, and without any."""

import numpy as np

POINTS = 1_500


def planted(seed, points=POINTS):
    """Points of 4 to 12 groups in 2 to 15 dimensions, and the number of groups.

    The nearest centres are 4 to 7 deviations apart; groups differ in size and width.
    """
    random = np.random.default_rng(seed)
    k, width = 4 + seed % 9, (2, 3, 5, 8, 15)[seed % 5]
    apart = (4.5, 5.0, 6.0, 7.0)[seed % 4]
    while True:
        centres = random.normal(size=(k, width))
        between = np.linalg.norm(centres[:, None] - centres[None], axis=2)
        nearest = between[~np.eye(k, dtype=bool)].min()
        if nearest > 0.3 * np.median(between):
            break
    share = np.maximum(random.dirichlet(np.full(k, 3.0)), 0.02)
    group = random.choice(k, points, p=share / share.sum())
    spread = random.uniform(0.7, 1.3, k)
    noise = random.normal(size=(points, width)) * spread[group][:, None]
    return centres[group] / nearest * apart + noise, k


def groupless(kind, width, seed=0):
    """Points of one cloud: a ball, an even box, or a normal cloud stretched in some directions."""
    random = np.random.default_rng(seed)
    if kind == "uniform":
        return random.uniform(size=(POINTS, width))
    cloud = random.normal(size=(POINTS, width))
    return cloud if kind == "ball" else cloud @ random.normal(size=(width, width))
