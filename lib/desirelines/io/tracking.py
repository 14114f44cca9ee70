"""MLflow: one run per fit, in a database and a folder beside the tables. Nothing about a person goes there."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desirelines.errors import MachineError
from desirelines.settings.model import Tracking


def log_fit(
    settings: Tracking, folder: str, *, run_name: str, params: dict[str, Any], metrics: dict[str, float],
    curve: list[tuple[int, float]], texts: dict[str, str], save_model: Callable[[str], None] | None,
) -> str | None:  # fmt: skip
    """Log one fit; give MLflow's id of it, or null when tracking is off.

    `curve` is silhouette by k; `texts` become text artefacts; `save_model` writes the MLlib model to the folder it is given.

    Raises:
        MachineError: tracking is on and MLflow is not installed.
    """
    if not settings.enabled:
        return None
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    try:
        import mlflow
    except ModuleNotFoundError:
        raise MachineError(
            "MLflow is not installed: pip install 'desirelines[mlflow]', or --set tracking.enabled=false."
        ) from None
    logging.getLogger("mlflow").setLevel(logging.WARNING)  # else it tells of every table of its database
    home = Path(folder)
    uri = settings.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    if uri is None:
        home.mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{home / 'mlflow.db'}"
    client = mlflow.MlflowClient(tracking_uri=uri)
    found = client.get_experiment_by_name(settings.experiment)
    place = (home / "artifacts").as_uri() if uri.startswith("sqlite:") else None
    experiment = (
        found.experiment_id if found else client.create_experiment(settings.experiment, artifact_location=place)
    )
    run = client.create_run(experiment, run_name=run_name)
    run_id = str(run.info.run_id)
    for name, value in params.items():
        client.log_param(run_id, name, value)
    for name, number in metrics.items():
        client.log_metric(run_id, name, number)
    for k, silhouette in curve:
        client.log_metric(run_id, "silhouette_by_k", silhouette, step=k)
    for name, text in texts.items():
        client.log_text(run_id, text, name)
    if save_model is not None and run.info.artifact_uri.startswith("file:"):
        save_model(run.info.artifact_uri.removeprefix("file://") + "/model")
    client.set_terminated(run_id)
    return run_id
