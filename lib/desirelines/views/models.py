"""The model of a run: preparation of features, centres, and the segment of each cluster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.clusters.assign import to_assigned
from desirelines.clusters.preprocessing import Preparation
from desirelines.errors import EmptyInputError
from desirelines.frames.keep import kept
from desirelines.run.context import Run
from desirelines.tables import CLUSTER_MODELS
from desirelines.views.features import clustered_features
from desirelines.views.parameters import RunParameter, parameter_of


@dataclass(frozen=True)
class Model:
    """The rows of `cluster_models` of a run, by cluster, and their preparation."""

    run_id: str
    rows: tuple[dict[str, Any], ...]
    preparation_json: str

    @cached_property
    def preparation(self) -> Preparation:
        """How features become the numbers that distances are computed from."""
        return Preparation.from_json(self.preparation_json)

    @property
    def centres(self) -> dict[int, list[float]]:
        """The centre of each cluster, in prepared numbers."""
        return {row["cluster"]: list(row["centre"]) for row in self.rows}

    @property
    def segment_of_cluster(self) -> dict[int, str]:
        """The segment of each cluster."""
        return {row["cluster"]: row["segment_id"] for row in self.rows}

    @property
    def mlflow_run_id(self) -> str | None:
        """The MLflow run that logged the fit; null if tracking was off."""
        return next((row["mlflow_run_id"] for row in self.rows), None)


def model_of(run: Run, run_id: str) -> Model | None:
    """The model of a run, read once a command; null if the run has none."""
    models: dict[str, Model] = run.memo.setdefault("models", {})
    if run_id not in models:
        rows = tuple(run.warehouse.rows(CLUSTER_MODELS, "cluster", where={"run_id": [run_id]}))
        preparation = parameter_of(run, run_id, RunParameter.PREPARATION) if rows else None
        if preparation is None:
            return None
        models[run_id] = Model(run_id, rows, preparation)
    return models[run_id]


def own_model(run: Run) -> Model:
    """The model of this run.

    Raises:
        EmptyInputError: it has none yet.
    """
    model = model_of(run, run.run_id)
    if model is None:
        raise EmptyInputError("this run has no clusters yet. Run `desirelines fit-clusters` first.")
    return model


def forget_model(run: Run) -> None:
    """Forget this run's model as it was read, because it was written."""
    run.memo.get("models", {}).pop(run.run_id, None)


def remember_assigned(run: Run, assigned: DataFrame) -> None:
    """Remember the nearest clusters by this run's own model, which the caller keeps."""
    run.memo[f"assigned {run.run_id}"] = assigned


def take_assigned(run: Run, model: Model) -> DataFrame:
    """The nearest clusters by this run's own model: what a fit just kept, or computed and kept now.

    The caller unpersists them.
    """
    remembered: DataFrame | None = run.memo.pop(f"assigned {run.run_id}", None)
    return kept(assigned_by(run, model)) if remembered is None else remembered


def assigned_by(run: Run, model: Model) -> DataFrame:
    """Nearest and second nearest cluster of everybody who is clustered, by this run's features."""
    return to_assigned(clustered_features(run), model.preparation, model.centres)


def expected_segments(run: Run, model: Model) -> DataFrame:
    """The segment that a model gives everybody who is clustered, by this run's features.

    Shape: person_id, expected_segment_id.
    """
    pairs = sorted(model.segment_of_cluster.items())
    segments = F.create_map(*(F.lit(part) for pair in pairs for part in pair))
    expected = F.element_at(segments, F.col("cluster").cast("int")).alias("expected_segment_id")
    return assigned_by(run, model).select("person_id", expected)
