"""The model as MLflow serves it: features of people in, their cluster and distances out.

It needs no Spark and is read from one JSON file. MLflow stores this module and runs it where the
model is loaded, so it imports nothing of the project.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext


class Scorer(PythonModel):
    """Prepares features as for the fit, and finds the nearest and the second nearest centre."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the columns and centres."""
        stored = json.loads(Path(context.artifacts["model"]).read_text(encoding="utf-8"))
        self.columns, self.centres = (
            stored["columns"],
            np.array(stored["centres"], dtype=np.float64),
        )

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Give one row per row of features: cluster, distance, second_cluster, second_distance."""
        points = np.column_stack([self._prepared(model_input, c) for c in self.columns])
        distance = np.sqrt(((points[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=2))
        order = np.argsort(distance, axis=1, kind="stable")
        rows = np.arange(len(points))
        first, second = order[:, 0], order[:, min(1, len(self.centres) - 1)]
        return pd.DataFrame(
            {
                "cluster": first,
                "distance": distance[rows, first],
                "second_cluster": second,
                "second_distance": distance[rows, second],
            },
            index=model_input.index,
        )

    @staticmethod
    def _prepared(people: pd.DataFrame, column: dict[str, Any]) -> npt.NDArray[np.float64]:
        raw = people[column["feature"]].to_numpy(dtype=np.float64, na_value=np.nan)
        if column["needs"]:
            needed = people[column["needs"]].to_numpy(dtype=np.float64, na_value=np.nan)
            raw = np.where(needed < column["needs_from"], np.nan, raw)
        is_present = ~np.isnan(raw)
        factor: float = column["weight"] / column["spread"]
        if column["is_indicator"]:
            return np.where(is_present, 0.0, factor)
        value = np.log(1.0 + np.maximum(raw, 0.0)) if column["is_log"] else raw
        clipped = np.minimum(np.maximum(value, column["low"]), column["high"])
        whole: npt.NDArray[np.float64] = np.where(is_present, clipped, column["median"])
        return whole * factor


set_model(Scorer())
