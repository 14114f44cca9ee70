"""A fit in MLflow, beside the tables and on a real server; its model, by alias, scores the same."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES
from desirelines.clusters.assign import to_assigned
from desirelines.clusters.fit import fit
from desirelines.errors import MachineError
from desirelines.io.mlflow.tracking import (
    LoggedFit,
    LoggedTrial,
    local_places,
    log_fit,
    promote,
)
from desirelines.settings.model import Clusters, Tracking


@pytest.fixture(scope="module")
def features(spark):
    random = np.random.default_rng(9)
    rows = [
        (f"p{n:03d}", n % 8, float(3 * (n % 2) + random.exponential()),
         None if n % 5 == 0 else float(random.normal() + 4 * (n % 4 > 1)), 1.0 + n % 7)
        for n in range(200)
    ]  # fmt: skip
    names = "frequency double, hour_sin double, active_days double"
    table = spark.createDataFrame(rows, f"person_id string, bucket long, {names}")
    others = [
        F.lit(None).cast("double").alias(f.name) for f in FEATURES if f.name not in table.columns
    ]
    return table.select("*", *others).localCheckpoint()


@pytest.fixture(scope="module")
def fitted(features):
    return fit(features, 200, FEATURES, Clusters(k=4))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A real tracking server on loopback; gives its address."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    command += [
        "--backend-store-uri",
        f"sqlite:///{folder / 'server.db'}",
        "--artifacts-destination",
        str(folder / "artifacts"),
    ]
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=folder
        )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).read()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def logged(fitted, **changes):
    columns = fitted.preparation.columns
    given = {
        "run_name": "r1", "params": {"k": 4}, "metrics": {"cost": 2.5},
        "tags": {"desirelines.run_id": "r1"},
        "trials": [LoggedTrial("kmeans k = 2", {"k": 2}, {"gap": 0.5})],
        "curves": [("gap_by_k", 2, 0.5), ("gap_by_k", 3, 0.7)],
        "texts": {"evidence.svg": "<svg/>"},
        "features": list(fitted.preparation.features), "example": {"frequency": 1.0},
        "columns": [{n: getattr(c, n) for n in c.__slots__} for c in columns],
        "centres": fitted.centres,
        "save_pipeline": lambda folder: fitted.pipeline.write().overwrite().save(folder),
    }  # fmt: skip
    return LoggedFit(**(given | changes))


@pytest.fixture
def at_address():
    """Lets MLflow look at an address, as a user would, until the test ends."""
    import mlflow

    def look(uri):
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        return mlflow.MlflowClient()

    yield look
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)
    os.environ.pop("MLFLOW_REGISTRY_URI", None)


def beside(folder):
    """The address of the database in a folder."""
    return f"sqlite:///{folder}/mlflow.db"


def test_two_warehouses_in_one_process_keep_their_models_apart(fitted, tmp_path, at_address):
    """The first run's address stayed in the environment; the second took it for the user's own."""
    folders = {name: str(tmp_path / name) for name in ("one", "two")}
    runs = {
        name: log_fit(Tracking(), folder, logged(fitted, trials=[]))
        for name, folder in folders.items()
    }
    for name, folder in folders.items():
        promote(Tracking(), folder, runs[name])
    assert not {"MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"} & set(os.environ)
    for name, folder in folders.items():
        client = at_address(beside(folder))
        assert [v.run_id for v in client.search_model_versions("")] == [runs[name]]
        assert (
            client.get_model_version_by_alias("desirelines-segments", "champion").run_id
            == runs[name]
        )


@pytest.mark.parametrize(
    "where",
    ["beside the tables", pytest.param("on a server", marks=pytest.mark.integration)],
)
def test_the_champion_scores_as_the_tables_do(
    request, features, fitted, tmp_path, where, at_address, capfd
):
    import mlflow
    from pyspark.ml import PipelineModel

    uri = request.getfixturevalue("server") if where == "on a server" else None
    settings, folder = Tracking(tracking_uri=uri, model="groups"), str(tmp_path / "_mlflow")
    first = log_fit(settings, folder, logged(fitted))
    promote(settings, folder, first)
    second = log_fit(settings, folder, logged(fitted, run_name="r2", trials=[]))
    assert capfd.readouterr() == ("", "")  # standard output is the command's result alone
    client = at_address(uri or beside(folder))
    assert client.get_model_version_by_alias("groups", "champion").run_id == first
    assert client.get_model_version_by_alias("groups", "challenger").run_id == second
    run = client.get_run(first)
    assert (
        run.data.params["k"],
        run.data.metrics["cost"],
        run.data.tags["desirelines.run_id"],
    ) == ("4", 2.5, "r1")
    assert [(p.step, p.value) for p in client.get_metric_history(first, "gap_by_k")] == [
        (2, 0.5),
        (3, 0.7),
    ]
    nested = client.search_runs([run.info.experiment_id], f"tags.mlflow.parentRunId = '{first}'")
    assert [(r.data.params["k"], r.data.metrics["gap"]) for r in nested] == [("2", 0.5)]
    assert {"evidence.svg", "mllib"} <= {f.path for f in client.list_artifacts(first)}
    model = mlflow.pyfunc.load_model("models:/groups@champion")
    names = ["frequency", "active_days", "hour_sin"]  # hour_sin of people with three active days
    assert [c.name for c in model.metadata.signature.inputs] == names
    people = features.select("person_id", *names).orderBy("person_id").toPandas()
    served = model.predict(people[names])
    ours = (
        to_assigned(features, fitted.preparation, dict(enumerate(fitted.centres)))
        .orderBy("person_id")
        .toPandas()
    )
    assert served["cluster"].tolist() == ours["cluster"].tolist()
    assert served["second_cluster"].tolist() == ours["second_cluster"].tolist()
    assert served["distance"].to_numpy() == pytest.approx(ours["distance"].to_numpy(), rel=1e-12)
    stored = mlflow.artifacts.download_artifacts(
        run_id=first, artifact_path="mllib", dst_path=str(tmp_path)
    )
    theirs = (
        PipelineModel.load(stored).transform(features).orderBy("person_id").toPandas()["prediction"]
    )
    assert theirs.tolist() == ours["cluster"].tolist()


def test_a_server_that_does_not_answer_is_told_with_what_to_do(fitted, tmp_path):
    settings = Tracking(tracking_uri="http://someone:secret@127.0.0.1:9")
    with pytest.raises(
        MachineError,
        match=r"MLflow at http://127.0.0.1:9 cannot be written to: .*tracking.enabled=false",
    ) as raised:
        log_fit(settings, str(tmp_path), logged(fitted))
    assert "secret" not in str(raised.value)


def test_off_is_off(fitted, tmp_path):
    assert log_fit(Tracking(enabled=False), str(tmp_path), logged(fitted)) is None
    assert promote(Tracking(enabled=False), str(tmp_path), "r") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "environment", "places"),
    [
        ({"enabled": False}, None, []),
        ({}, None, ["/w/_mlflow/mlflow.db", "/w/_mlflow/artifacts"]),
        ({}, "file:///runs", ["/runs"]),
        ({"tracking_uri": "sqlite:////x/m.db"}, None, ["/x/m.db", "/w/_mlflow/artifacts"]),
        ({"tracking_uri": "https://mlflow.example.com"}, "file:///runs", None),
    ],
)
def test_where_mlflow_writes_on_this_machine(monkeypatch, given, environment, places):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    if environment is not None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", environment)
    found = local_places(Tracking(**given), "/w/_mlflow")
    assert (found if found is None else [str(p) for p in found]) == places
