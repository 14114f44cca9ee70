"""The model of a run, and the segments that it gives."""

from datetime import date

import pytest

from desirelines.errors import EmptyInputError
from desirelines.tables import SEGMENT_EVIDENCE
from desirelines.views import models
from tests.support.tables import rows_of


def test_a_model_is_read_once_and_gives_the_segments_that_were_published(second_run):
    model = models.model_of(second_run, "second")
    assert models.own_model(second_run) is model
    assert sorted(model.centres) == sorted(model.segment_of_cluster) == [0, 1, 2]
    assert {len(centre) for centre in model.centres.values()} == {len(model.preparation.columns)}
    assert model.mlflow_run_id is None  # nothing is tracked in this shop
    evidence = second_run.warehouse.read(SEGMENT_EVIDENCE).filter("run_id = 'second'")
    assert rows_of(
        models.expected_segments(second_run, model), "person_id", "expected_segment_id"
    ) == rows_of(evidence, "person_id", "segment_id")


def test_a_run_without_clusters_says_what_to_do(second_run):
    third = second_run.of("third", date(2026, 2, 4))
    assert models.model_of(third, "third") is None
    with pytest.raises(EmptyInputError, match="Run `desirelines fit-clusters` first"):
        models.own_model(third)


def test_what_was_written_anew_is_read_anew(second_run):
    model = models.own_model(second_run)
    models.forget_model(second_run)
    assert models.own_model(second_run) is not model
    models.remember_assigned(second_run, kept := object())
    assert models.take_assigned(second_run, model) is kept
    taken = models.take_assigned(second_run, model)  # once taken it is computed
    assert rows_of(taken, "person_id") == rows_of(
        models.assigned_by(second_run, model), "person_id"
    )
    taken.unpersist()
