"""MLflow: a run per fit with a run per candidate inside, the model registered. Nothing about a person goes there."""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from desirelines.errors import MachineError
from desirelines.settings.model import Tracking

CHAMPION, CHALLENGER = "champion", "challenger"
SCORER = Path(__file__).with_name("served.py")
OUTPUTS = {"cluster": "long", "distance": "double", "second_cluster": "long", "second_distance": "double"}


@dataclass(frozen=True, slots=True)
class LoggedTrial:
    """A candidate: its name, what was tried, and its scores."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LoggedFit:
    """What is logged of a fit.

    Attributes:
        curves: scores by number of clusters: name, k and value of each point.
        texts: what becomes a file, by its name.
        features: the features the model takes.
        example: a row of features that is nobody's.
        columns, centres: the model as data: prepared columns, and centres in them.
        save_pipeline: writes the MLlib pipeline to the folder it is given; null when there is none.
    """

    run_name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    trials: Sequence[LoggedTrial]
    curves: Sequence[tuple[str, int, float]]
    texts: Mapping[str, str]
    features: Sequence[str]
    example: Mapping[str, float]
    columns: Sequence[Mapping[str, Any]]
    centres: Sequence[Sequence[float]]
    save_pipeline: Callable[[str], None] | None


def log_fit(settings: Tracking, folder: str, fit: LoggedFit) -> str | None:
    """Log a fit and register its model as challenger; give MLflow's id of the run, or null when tracking is off.

    Raises:
        MachineError: tracking is on and MLflow is not installed, or its server does not answer.
    """
    if not settings.enabled:
        return None
    mlflow, client, uri = _opened(settings, folder)
    try:
        experiment = _experiment(client, settings, uri, folder)
        run_id = str(client.create_run(experiment, run_name=fit.run_name, tags=dict(fit.tags)).info.run_id)
        _log_values(mlflow, client, run_id, fit.params, fit.metrics, fit.curves)
        for trial in fit.trials:
            tags = {"mlflow.parentRunId": run_id}
            nested = str(client.create_run(experiment, run_name=trial.name, tags=tags).info.run_id)
            _log_values(mlflow, client, nested, trial.params, trial.metrics, ())
            client.set_terminated(nested)
        for name, text in fit.texts.items():
            client.log_text(run_id, text, name)
        _log_model(mlflow, client, settings, run_id, fit)
        client.set_terminated(run_id)
    except mlflow.exceptions.MlflowException as error:
        raise _unreachable(uri, error) from None
    return run_id


def promote(settings: Tracking, folder: str, run_id: str | None) -> None:
    """Make the model of a run the champion; nothing happens where it has none or tracking is off.

    Raises:
        MachineError: MLflow's server does not answer.
    """
    if not settings.enabled or run_id is None:
        return
    mlflow, client, uri = _opened(settings, folder)
    try:
        found = client.search_model_versions(f"name = '{settings.model}' AND run_id = '{run_id}'")
        if found:
            client.set_registered_model_alias(settings.model, CHAMPION, found[0].version)
    except mlflow.exceptions.MlflowException as error:
        raise _unreachable(uri, error) from None


def _opened(settings: Tracking, folder: str) -> tuple[ModuleType, Any, str]:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MLflow warns of its own modules
            import mlflow
            import mlflow.pyfunc
    except ModuleNotFoundError:
        raise MachineError(
            "MLflow is not installed: pip install 'desirelines[mlflow]', or --set tracking.enabled=false."
        ) from None
    logging.getLogger("mlflow").setLevel(logging.ERROR)  # else it tells of every table of its database
    uri = settings.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    if uri is None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{Path(folder) / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow, mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri), uri


def _experiment(client: Any, settings: Tracking, uri: str, folder: str) -> str:
    found = client.get_experiment_by_name(settings.experiment)
    if found:
        return str(found.experiment_id)
    place = (Path(folder) / "artifacts").as_uri() if uri.startswith("sqlite:") else None
    return str(client.create_experiment(settings.experiment, artifact_location=place))


def _log_values(
    mlflow: ModuleType, client: Any, run_id: str, params: Mapping[str, Any], metrics: Mapping[str, float],
    curves: Sequence[tuple[str, int, float]],
) -> None:  # fmt: skip
    """Everything of one run in one call."""
    points = [*((name, 0, value) for name, value in metrics.items()), *curves]
    client.log_batch(
        run_id,
        params=[mlflow.entities.Param(name, str(value)[:6000]) for name, value in params.items()],
        metrics=[mlflow.entities.Metric(name, float(value), 0, step) for name, step, value in points],
    )


def _log_model(mlflow: ModuleType, client: Any, settings: Tracking, run_id: str, fit: LoggedFit) -> None:
    """The model as data with the code that scores by it, and the MLlib pipeline beside it."""
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.types.schema import ColSpec, Schema

    inputs = Schema([ColSpec("double", name, required=False) for name in fit.features])
    outputs = Schema([ColSpec(kind, name) for name, kind in OUTPUTS.items()])
    example = pd.DataFrame([{name: fit.example.get(name, 0.0) for name in fit.features}])
    with tempfile.TemporaryDirectory() as here:
        stored = Path(here) / "model.json"
        stored.write_text(json.dumps({"columns": [dict(c) for c in fit.columns], "centres": fit.centres}))
        with mlflow.start_run(run_id=run_id):
            mlflow.pyfunc.log_model(
                name="model", python_model=str(SCORER), artifacts={"model": str(stored)}, signature=ModelSignature(inputs, outputs),
                input_example=example, registered_model_name=settings.model, pip_requirements=["mlflow", "numpy", "pandas"],
            )  # fmt: skip
        if fit.save_pipeline is not None:
            fit.save_pipeline(str(Path(here) / "mllib"))
            client.log_artifacts(run_id, str(Path(here) / "mllib"), "mllib")
    made = client.search_model_versions(f"name = '{settings.model}' AND run_id = '{run_id}'")
    if made:
        client.set_registered_model_alias(settings.model, CHALLENGER, made[0].version)


def _unreachable(uri: str, error: Exception) -> MachineError:
    told = _without_login(str(error).splitlines()[0])[:200]
    return MachineError(
        f"MLflow at {_without_login(uri)} cannot be written to: {told}. Mend it, or --set tracking.enabled=false."
    )


def _without_login(text: str) -> str:
    """A text with addresses in it, without names and passwords."""
    return re.sub(r"://[^/@\s]+@", "://", text)
