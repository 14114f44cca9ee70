"""What the files of deploy/ promise: versions, order, retries, no secret, no root.

`make forms` holds them against the schemas of their makers.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from desirelines import __version__
from desirelines.io.spark.jars import JARS
from desirelines.pipeline import STAGES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
ORDER = [*(stage.name for stage in STAGES), "report"]


def documents(name):
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


@pytest.fixture(scope="module")
def pins():
    """The versions of Spark and Delta that the package is tested with."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = dict(pin.split("==") for pin in project["optional-dependencies"]["spark"])
    constraints = (ROOT / "constraints.txt").read_text()
    assert f"pyspark=={found['pyspark']}\n" in constraints
    assert f"delta_spark=={found['delta-spark']}\n" in constraints
    return found


APPLICATIONS = {
    "kubernetes/apache-operator.yaml": lambda spec: (
        spec["runtimeVersions"]["sparkVersion"],
        spec["sparkConf"]["spark.kubernetes.container.image"],
        spec["driverArgs"],
        spec["pyFiles"],
    ),
    "kubernetes/kubeflow-operator.yaml": lambda spec: (
        spec["sparkVersion"], spec["image"], spec["arguments"], spec["mainApplicationFile"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications_name_the_tested_spark_and_this_version(name, pins):
    (application,) = documents(name)
    spark, image, words, job = APPLICATIONS[name](application["spec"])
    assert spark == pins["pyspark"]
    assert image == f"desirelines:{__version__}"
    assert words[0] == "--conf=/etc/desirelines/conf.yaml"
    assert (ROOT / "jobs" / Path(job).name).is_file()
    assert job.startswith("local:///opt/desirelines/jobs/")


def test_the_apache_application_has_fields_that_its_operator_documents():
    (application,) = documents("kubernetes/apache-operator.yaml")
    assert application["apiVersion"] == "spark.apache.org/v1"
    spec = application["spec"]
    assert set(spec) == {
        "pyFiles", "driverArgs", "runtimeVersions", "sparkConf", "applicationTolerations",
        "driverSpec", "executorSpec",
    }  # fmt: skip
    tolerations = spec["applicationTolerations"]
    assert set(tolerations) == {"restartConfig", "resourceRetainPolicy", "ttlAfterStopMillis"}
    assert set(tolerations["restartConfig"]) == {
        "restartPolicy", "maxRestartAttempts", "restartBackoffMillis",
    }  # fmt: skip
    assert all(isinstance(value, str) for value in spec["sparkConf"].values())


def test_the_daily_application_is_the_single_one():
    (single,) = documents("kubernetes/kubeflow-operator.yaml")
    (daily,) = documents("kubernetes/kubeflow-operator-schedule.yaml")
    assert daily["spec"]["template"] == single["spec"]
    assert daily["spec"]["concurrencyPolicy"] == "Forbid"


def containers(node):
    """Every security context of a container, wherever it stands."""
    if isinstance(node, dict):
        if "allowPrivilegeEscalation" in node:
            yield node
        for value in node.values():
            yield from containers(value)
    elif isinstance(node, list):
        for value in node:
            yield from containers(value)


@pytest.mark.parametrize(
    ("name", "expected"), [*((name, 3) for name in APPLICATIONS),
                           ("kubernetes/apache-operator-cron.yaml", 1)],
)  # fmt: skip
def test_no_container_runs_as_root_or_writes_to_its_image(name, expected):
    found = [context for document in documents(name) for context in containers(document)]
    assert len(found) == expected
    for context in found:
        assert context == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    assert "runAsNonRoot: true" in (DEPLOY / name).read_text()


def init_containers(node):
    """Every init container, wherever it stands."""
    if isinstance(node, dict):
        yield from node.get("initContainers", ())
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from init_containers(value)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_secrets_that_a_group_can_read_become_files_of_their_owner(name, tmp_path):
    """Kubernetes mounts links to files of mode 0440."""
    (application,) = documents(name)
    (container,) = init_containers(application)
    given, private = tmp_path / "given", tmp_path / "private"
    (given / "..data").mkdir(parents=True)
    private.mkdir()
    for file in ("data.secret", "suppression.secret"):
        (given / "..data" / file).touch(mode=0o440)
        (given / file).symlink_to(given / "..data" / file)
    *shell, command = container["command"]
    here = command.replace("/mnt/secrets", str(given))
    here = here.replace("/run/secrets/desirelines", str(private))
    subprocess.run([*shell, here], check=True)
    modes = {file.name: file.lstat().st_mode & 0o7777 for file in private.iterdir()}
    assert modes == {"data.secret": 0o600, "suppression.secret": 0o600}


@pytest.fixture(scope="module")
def dockerfile():
    """The instructions of the Docker file, each a line."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "docker" / "Dockerfile").read_text())
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_has_the_tested_spark_and_the_jars_that_setup_fetches(dockerfile, pins):
    assert dockerfile[0] == f"FROM apache/spark:{pins['pyspark']}-python3 AS spark"
    assert any(f" --no-deps delta-spark=={pins['delta-spark']} " in line for line in dockerfile)
    assert "COPY --chmod=644 dist/jars/*.jar /opt/spark/jars/" in dockerfile
    assert f"_{pins['pyspark'].rpartition('.')[0]}_" in next(iter(JARS))  # which Spark they are for


def test_the_package_for_the_image_holds_the_jars_that_setup_fetched(tmp_path):
    """deploy/package.sh, with a stand-in for the build of the wheel, which takes its time."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(DEPLOY / "package.sh", tmp_path / "deploy")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(
        '#!/bin/sh\n[ "$2" = build ] && mkdir dist && touch dist/desirelines-0.whl && exit\n'
        f'exec {sys.executable} "$@"\n'
    )
    python.chmod(0o700)
    subprocess.run(["sh", "deploy/package.sh"], cwd=tmp_path, check=True, capture_output=True)
    packed = {f.name: sha256(f.read_bytes()).hexdigest() for f in tmp_path.glob("dist/jars/*")}
    assert packed == {name: digest for name, (_, digest) in JARS.items()}


def test_the_image_does_not_run_as_root(dockerfile):
    users = [line for line in dockerfile if line.startswith("USER")]
    assert users == ["USER 185"]
    assert dockerfile.index("USER 185") == len(dockerfile) - 2  # only the entry point follows


def test_the_image_takes_what_it_copies_and_nothing_else(dockerfile):
    copied = {
        word
        for line in dockerfile if line.startswith("COPY") and "--from" not in line
        for word in line.split()[1:-1] if not word.startswith("--")
    }  # fmt: skip
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "*", *(f"!{name}" for name in sorted(copied)),
    ]  # fmt: skip


def test_the_image_sets_what_the_submit_script_sets():
    script = (DEPLOY / "spark-submit.sh").read_text()
    by_script = dict(re.findall(r"--conf (\S+?)=(\S+)", script))
    lines = (DEPLOY / "docker" / "spark-defaults.conf").read_text().splitlines()
    assert dict(line.split() for line in lines if not line.startswith("#")) == by_script


@pytest.fixture(scope="module")
def bundle():
    (found,) = documents("databricks/databricks.yml")
    return found


def test_the_bundle_has_a_task_for_each_stage_one_after_the_other(bundle):
    tasks = bundle["resources"]["jobs"]["desirelines"]["tasks"]
    assert [task["task_key"] for task in tasks] == ORDER
    before = [[d["task_key"] for d in task.get("depends_on", ())] for task in tasks]
    assert before == [[], *([name] for name in ORDER[:-1])]
    for task in tasks:
        assert task["environment_key"] == "default"
        words = task["spark_python_task"]["parameters"]
        assert words[:2] == ["${var.secret_scope}", "{{task.name}}"]
        assert "--run-id=job-{{job.run_id}}" in words


def test_the_bundle_has_a_target_to_try_and_one_to_use(bundle):
    modes = {name: target["mode"] for name, target in bundle["targets"].items()}
    assert modes == {"dev": "development", "prod": "production"}
    (job,) = bundle["resources"]["jobs"].values()
    assert job["max_concurrent_runs"] == 1
    (environment,) = job["environments"]
    assert "../../dist/*.whl" in environment["spec"]["dependencies"]
    used = set(re.findall(r"\$\{var\.(\w+)\}", yaml.safe_dump(bundle)))
    assert used == set(bundle["variables"])
    assert "default" not in bundle["variables"]["catalog"]  # so every target has to name one
    assert all("catalog" in target["variables"] for target in bundle["targets"].values())


def test_the_emr_job_sets_delta_and_utc():
    given = json.loads((DEPLOY / "emr-serverless" / "job.json").read_text())
    spark = given["jobDriver"]["sparkSubmit"]
    for setting in ("spark.sql.extensions", "spark.sql.session.timeZone=UTC", "spark.jars"):
        assert f"--conf {setting}" in spark["sparkSubmitParameters"]
    assert spark["entryPointArguments"][1] == "run"


SECRET = re.compile(
    r"(?i)(password|token|api_?key|secret_?key)\s*[:=]\s*\S|AKIA[0-9A-Z]{16}|dapi[0-9a-f]{32}"
)


def test_no_file_holds_a_secret():
    files = [file for file in DEPLOY.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    assert [str(file) for file in files if SECRET.search(file.read_text())] == []
    assert SECRET.search("token: abc")
