"""What a fit tells of every number of clusters that it tried."""

from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import fit
from desirelines.clusters.references import BY_NEIGHBOURS
from desirelines.settings.model import Clusters
from tests.support.three_kinds import PEOPLE


def test_four_clusters_of_three_kinds_of_people_are_given_up_and_the_trials_say_why(features):
    """Evidence of 0.711 for three clusters, and 0.701 ± error for four, one kind cut in two."""
    settings = Clusters(k_max=4, restarts=1, least_stability=0)
    fitted = fit(features, PEOPLE, FEATURES, settings, k_before=4)
    assert {t.k: t.verdict for t in fitted.trials if not t.is_kept and t.k > 2} == {
        3: "fitted on everybody",
        4: BY_NEIGHBOURS,
    }
    assert (fitted.kept.k, fitted.kept.clusters_found) == (3, 3)
