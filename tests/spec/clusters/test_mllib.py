"""MLlib's own fit, and models made of given centres."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from desirelines.clusters.fit import in_fixed_order
from desirelines.clusters.lloyd import lloyd, to_points
from desirelines.clusters.mllib import fit_by_mllib, model_of


def test_mllib_s_own_fit_and_the_scans_agree_and_neither_is_worse_than_scikit_learn(planted_people):
    people, columns, points, k = planted_people
    kept = in_fixed_order(people, len(points)).localCheckpoint()
    model, _ = fit_by_mllib(kept, columns, k, "kmeans", seeds=range(1, 7), most_iterations=50)
    best = KMeans(n_clusters=k, n_init=6, random_state=1).fit(points)
    scanned = lloyd(to_points(kept, len(points), columns), best.cluster_centers_, max_iterations=50)
    assert model.summary.trainingCost == pytest.approx(best.inertia_, rel=0.01)
    assert scanned.cost == pytest.approx(best.inertia_, rel=0.01)

    def nearest(centres):
        return np.argmin(((points[:, None] - np.array(centres)[None]) ** 2).sum(axis=2), axis=1)

    assert adjusted_rand_score(nearest(model.clusterCenters()), nearest(scanned.centres)) > 0.99


def test_a_model_of_centres_has_exactly_these_centres(planted_people):
    people, columns, points, k = planted_people
    model = model_of(people, columns, points[:k].tolist())
    assert sorted(map(tuple, model.clusterCenters())) == sorted(map(tuple, points[:k]))
