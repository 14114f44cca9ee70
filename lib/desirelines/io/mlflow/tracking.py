"""MLflow tracking: a run per fit, with a nested run per candidate and the model registered.

Nothing about a person is logged.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from desirelines.errors import MachineError
from desirelines.io.sources.symlinks import local_path
from desirelines.io.tables.predicates import equals
from desirelines.settings.tracking import Tracking

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION, CHALLENGER = "champion", "challenger"
SCORER = Path(__file__).with_name("scorer.py")
_VARIABLES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # there it would be part of the result
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
"""Variables of MLflow and of the libraries it loads, where the user has set none."""
_ADDRESSES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
OUTPUTS = {
    "cluster": "long",
    "distance": "double",
    "second_cluster": "long",
    "second_distance": "double",
}


@dataclass(frozen=True, slots=True)
class LoggedTrial:
    """A candidate: its name, parameters and scores."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LoggedFit:
    """Content of a fit's MLflow run.

    Attributes:
        curves: scores by number of clusters: name, k and value of each point.
        texts: contents of text files, by file name.
        features: the features the model takes.
        example: a row of features that belongs to no person.
        columns, centres: the model as data: prepared columns, and centres in them.
        save_pipeline: writes the MLlib pipeline to the given folder; None when there is none.
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
    """Log a fit and register its model as challenger; give MLflow's run id.

    The id is None when tracking is off.

    Raises:
        MachineError: tracking is on and MLflow is not installed, or its server does not answer.
    """
    if not settings.enabled:
        return None
    with _opened(settings, folder) as (mlflow, client, uri):
        experiment = _experiment(client, settings, uri, folder)
        run_id = str(
            client.create_run(experiment, run_name=fit.run_name, tags=dict(fit.tags)).info.run_id
        )
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
    return run_id


def promote(settings: Tracking, folder: str, run_id: str | None) -> None:
    """Make the model of a run the champion; do nothing if it has none or tracking is off.

    Raises:
        MachineError: MLflow's server does not answer.
    """
    if not settings.enabled or run_id is None:
        return
    with _opened(settings, folder) as (_, client, _):
        _name_version(client, settings, run_id, CHAMPION)


def local_places(settings: Tracking, folder: str) -> list[Path] | None:
    """Files and folders on this machine to which MLflow writes; null where a server has them."""
    if not settings.enabled:
        return []
    uri = _address(settings, folder)
    if uri.startswith("sqlite:///"):
        return [Path(uri.removeprefix("sqlite:///")), Path(folder) / "artifacts"]
    path = local_path(uri)
    return None if path is None else [path]


def _address(settings: Tracking, folder: str) -> str:
    uri = settings.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    return f"sqlite:///{Path(folder) / 'mlflow.db'}" if uri is None else uri


@contextmanager
def _opened(settings: Tracking, folder: str) -> Iterator[tuple[ModuleType, MlflowClient, str]]:
    """MLflow at the configured address, a client, and the address; restores MLflow afterwards.

    Meanwhile it is silent: it prints what it registers, and logs every table of its database.
    MLflow keeps one address for the whole process and writes it into the environment, where the run
    of a second warehouse would mistake it for the user's own.
    """
    for name, value in _VARIABLES.items():
        os.environ.setdefault(name, value)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"mlflow\.")  # its own
            import mlflow
            import mlflow.pyfunc
            from mlflow.utils.logging_utils import MLFLOW_LOGGING_STREAM
    except ModuleNotFoundError:
        raise MachineError(
            "MLflow is not installed. Run pip install 'desirelines[mlflow]', or pass --set "
            "tracking.enabled=false."
        ) from None
    uri = _address(settings, folder)
    if uri.startswith("sqlite:"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    addresses = {name: os.environ.get(name) for name in _ADDRESSES}
    was_heard = MLFLOW_LOGGING_STREAM.enabled
    MLFLOW_LOGGING_STREAM.enabled = bool(os.environ.get("DESIRELINES_DEBUG"))
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        yield mlflow, mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri), uri
    except mlflow.exceptions.MlflowException as error:
        raise _unreachable(uri, error) from None
    finally:
        MLFLOW_LOGGING_STREAM.enabled = was_heard
        mlflow.set_tracking_uri(None)  # type: ignore[arg-type] # its types omit that None unsets it
        mlflow.set_registry_uri(None)  # type: ignore[arg-type]
        for name, address in addresses.items():
            os.environ.pop(name, None)
            if address is not None:
                os.environ[name] = address


def _experiment(client: MlflowClient, settings: Tracking, uri: str, folder: str) -> str:
    experiment = client.get_experiment_by_name(settings.experiment)
    if experiment:
        return str(experiment.experiment_id)
    place = (Path(folder) / "artifacts").as_uri() if uri.startswith("sqlite:") else None
    return str(client.create_experiment(settings.experiment, artifact_location=place))


def _log_values(
    mlflow: ModuleType,
    client: MlflowClient,
    run_id: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    curves: Sequence[tuple[str, int, float]],
) -> None:
    """Log the parameters, metrics and curves of one run in one call."""
    points = [*((name, 0, value) for name, value in metrics.items()), *curves]
    client.log_batch(
        run_id,
        params=[mlflow.entities.Param(name, str(value)[:6000]) for name, value in params.items()],
        metrics=[
            mlflow.entities.Metric(name, float(value), 0, step) for name, step, value in points
        ],
    )


def _log_model(
    mlflow: ModuleType, client: MlflowClient, settings: Tracking, run_id: str, fit: LoggedFit
) -> None:
    """Log the model as data with the code that scores by it, and the MLlib pipeline beside it."""
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.types.schema import ColSpec, Schema

    inputs = Schema([ColSpec("double", name, required=False) for name in fit.features])
    outputs = Schema([ColSpec(kind, name) for name, kind in OUTPUTS.items()])
    example = pd.DataFrame([{name: fit.example.get(name, 0.0) for name in fit.features}])
    with tempfile.TemporaryDirectory() as here:
        stored = Path(here) / "model.json"
        stored.write_text(
            json.dumps({"columns": [dict(c) for c in fit.columns], "centres": fit.centres})
        )
        with mlflow.start_run(run_id=run_id):
            mlflow.pyfunc.log_model(
                name="model",
                python_model=str(SCORER),
                artifacts={"model": str(stored)},
                signature=ModelSignature(inputs, outputs),
                input_example=example,
                registered_model_name=settings.model,
                pip_requirements=["mlflow", "numpy", "pandas"],
            )
        if fit.save_pipeline is not None:
            fit.save_pipeline(str(Path(here) / "mllib"))
            client.log_artifacts(run_id, str(Path(here) / "mllib"), "mllib")
    _name_version(client, settings, run_id, CHALLENGER)


def _name_version(client: MlflowClient, settings: Tracking, run_id: str, alias: str) -> None:
    """Give the alias to the version that a run registered; do nothing if it registered none."""
    # MLflow's conditions are written like SQL's.
    of_run = (equals("name", settings.model) & equals("run_id", run_id)).sql
    versions = client.search_model_versions(of_run)
    if versions:
        client.set_registered_model_alias(settings.model, alias, versions[0].version)


def _unreachable(uri: str, error: Exception) -> MachineError:
    message = _without_login(str(error).splitlines()[0])[:200]
    return MachineError(
        f"MLflow at {_without_login(uri)} cannot be written to: {message}. Fix it, or pass --set "
        "tracking.enabled=false."
    )


def _without_login(text: str) -> str:
    """The text without user names and passwords in its addresses."""
    return re.sub(r"://[^/@\s]+@", "://", text)
