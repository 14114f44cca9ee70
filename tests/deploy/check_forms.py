"""`make forms`: files of deploy/ against schemas that their makers publish as packages.

In an environment of its own (tests/deploy/requirements-forms.txt), without Spark. What the schemas
do not cover is in test_manifests.py.
"""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import botocore.session
import kubernetes_validate
import pytest
import yaml
from botocore.validate import ParamValidator
from databricks.bundles.jobs import Job
from kubeflow_spark_api.models import (
    SparkV1beta2ScheduledSparkApplication,
    SparkV1beta2SparkApplication,
)

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = "1.34"


def documents(name):
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def unknown(model, given, path=""):
    """Keys of a document that its model does not have: the models take any."""
    names = {field.alias or name: name for name, field in type(model).model_fields.items()}
    found = []
    for key, value in given.items():
        if key not in names:
            found.append(f"{path}.{key}")
            continue
        made = getattr(model, names[key])
        pairs = zip(made, value, strict=True) if isinstance(value, list) else [(made, value)]
        for part, text in pairs:
            if isinstance(text, dict) and hasattr(type(part), "model_fields"):
                found += unknown(part, text, f"{path}.{key}")
    return found


KUBEFLOW = {
    "kubernetes/kubeflow-operator.yaml": SparkV1beta2SparkApplication,
    "kubernetes/kubeflow-operator-schedule.yaml": SparkV1beta2ScheduledSparkApplication,
}


@pytest.mark.parametrize("name", KUBEFLOW)
def test_kubeflows_own_models_know_every_field(name):
    (given,) = documents(name)
    assert unknown(KUBEFLOW[name].from_dict(given), given) == []
    misspelt = copy.deepcopy(given)
    spec = misspelt["spec"].get("template", misspelt["spec"])
    spec["driver"]["memry"] = "8g"
    (fault,) = unknown(KUBEFLOW[name].from_dict(misspelt), misspelt)
    assert fault.endswith(".driver.memry")


def pods():
    """The pods of the application for the Apache operator, each as a document of its own."""
    (application,) = documents("kubernetes/apache-operator.yaml")
    for role in ("driverSpec", "executorSpec"):
        spec = copy.deepcopy(application["spec"][role]["podTemplateSpec"]["spec"])
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": spec}


def test_kubernetes_knows_every_field_of_the_pods_and_of_the_cron_job():
    for document in (*pods(), *documents("kubernetes/apache-operator-cron.yaml")):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    pod = next(pods())
    pod["spec"]["containers"][0]["volumeMount"] = []
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(pod, KUBERNETES, strict=True)


def test_databricks_own_classes_take_the_job():
    (bundle,) = documents("databricks/databricks.yml")
    job = bundle["resources"]["jobs"]["desirelines"]
    made = Job.from_dict(job)
    assert [task.task_key for task in made.tasks] == [task["task_key"] for task in job["tasks"]]
    with pytest.raises((TypeError, ValueError)):
        Job.from_dict(job | {"max_concurrent_run": 1})


def faults_of_job(given):
    model = botocore.session.get_session().get_service_model("emr-serverless")
    shape = model.operation_model("StartJobRun").input_shape
    # The client makes up the token that stands for one attempt.
    return ParamValidator().validate(given | {"clientToken": "t"}, shape).generate_report()


def test_aws_own_model_takes_the_job():
    given = json.loads((DEPLOY / "emr-serverless" / "job.json").read_text())
    assert faults_of_job(given) == ""
    assert "Unknown parameter" in faults_of_job(given | {"jobDrivers": {}})


def test_hadolint_finds_nothing_in_the_docker_file(tmp_path):
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    file = DEPLOY / "docker" / "Dockerfile"
    done = subprocess.run([linter, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    worse = tmp_path / "Dockerfile"
    worse.write_text(file.read_text().replace("python:3.12-slim-bookworm", "python:latest"))
    assert subprocess.run([linter, worse], capture_output=True, check=False).returncode == 1
