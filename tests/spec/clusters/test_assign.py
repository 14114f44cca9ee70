"""A model applied from its rows is the model that was fitted."""

import pytest
from pyspark.ml import PipelineModel

from desirelines.catalogue import FEATURES
from desirelines.clusters.assign import to_assigned
from desirelines.clusters.fit import fit
from desirelines.clusters.preprocessing import Preparation
from desirelines.settings.model import Clusters
from tests.support.three_kinds import PEOPLE


def test_a_model_applied_from_its_rows_is_the_saved_pipeline_s_model(features, tmp_path):
    fitted = fit(features, PEOPLE, FEATURES, Clusters(k=4, restarts=1))
    stored = Preparation.from_json(fitted.preparation.to_json())
    ours = {
        r["person_id"]: r
        for r in to_assigned(features, stored, dict(enumerate(fitted.centres))).collect()
    }
    fitted.pipeline.write().overwrite().save(str(tmp_path / "model"))
    again = PipelineModel.load(str(tmp_path / "model"))
    theirs = {r["person_id"]: r["prediction"] for r in again.transform(features).collect()}
    assert {p: r["cluster"] for p, r in ours.items()} == theirs
    assert sum(r["distance"] ** 2 for r in ours.values()) == pytest.approx(
        fitted.kept.cost, rel=1e-6
    )
    assert all(r["second_distance"] >= r["distance"] for r in ours.values())
