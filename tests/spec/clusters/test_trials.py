"""What a fit tells of every number of clusters that it tried."""

from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import fit
from desirelines.settings.model import Clusters
from tests.support.three_kinds import PEOPLE


def test_the_clusters_of_the_run_before_stay_and_the_trials_say_why(features):
    """Three kinds of people: evidence of 0.711 for three clusters, and 0.701 ± error for four."""
    settings = Clusters(k_max=4, restarts=1, least_stability=0)
    fitted = fit(features, PEOPLE, FEATURES, settings, k_before=4)
    assert {t.k: t.verdict for t in fitted.trials if not t.is_kept and t.k > 2} == {
        3: "not enough extra evidence to give up the 4 clusters of the previous run",
        4: "fitted on everybody",
    }
    assert (fitted.kept.k, fitted.kept.clusters_found) == (4, 4)
