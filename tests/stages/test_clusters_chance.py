"""People who come once: their groups are told from what chance makes of few events."""

import pytest

from desirelines import tables
from desirelines.stages.clusters_chance import FEW_DAYS, people_by_chance
from tests.support import sparse
from tests.support.published import read

STAGES = ("ingest-events", "resolve-identities", "build-sessions", "build-features", "fit-clusters")


def groups_found(spark, cli, folder, lines):
    """Number of groups, and the verdict."""
    conf = sparse.configure(folder, lines)
    for stage in STAGES:
        assert cli(stage, "--conf", conf, "--run-id", "20260401T000001Z-aaaaaa") == 0, stage
    (kept,) = read(spark, folder, tables.CLUSTER_TRIALS).filter("is_kept").collect()
    return kept["clusters_found"], kept["verdict"]


@pytest.mark.integration
def test_planted_groups_of_people_who_came_once_are_found_and_dealt_ones_are_not(
    spark, cli, tmp_path
):
    planted, verdict = groups_found(spark, cli, tmp_path / "planted", sparse.rows(1, people=800))
    assert planted >= 2, verdict
    dealt = sparse.rows(1, people=800, by_chance=True)
    found, verdict = groups_found(spark, cli, tmp_path / "dealt", dealt)
    assert (found, verdict[:9]) == (1, "one group"), verdict


def test_where_enough_is_known_of_people_nothing_is_dealt(second_run):
    assert people_by_chance(second_run, None, 500, FEW_DAYS + 1) is None
    assert people_by_chance(second_run, None, 99, FEW_DAYS) is None
    assert people_by_chance(second_run, None, 500, FEW_DAYS) is not None
