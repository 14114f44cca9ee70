"""People who came once: twenty worlds with the names of events dealt out anew, three as planted."""

import pytest

from tests.stages.test_clusters_chance import groups_found
from tests.support import sparse

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("compiled")]


def test_dealt_events_make_no_groups_and_planted_ones_are_found(spark, cli, tmp_path):
    dealt = [
        groups_found(spark, cli, tmp_path / f"dealt{seed}", sparse.rows(seed, by_chance=True))
        for seed in range(20)
    ]
    assert sum(found == 1 for found, _ in dealt) >= 19, dealt
    planted = [
        groups_found(spark, cli, tmp_path / f"planted{seed}", sparse.rows(seed))
        for seed in (1, 2, 3)
    ]
    assert all(found >= 2 for found, _ in planted), planted
