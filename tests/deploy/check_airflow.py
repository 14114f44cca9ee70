"""`make airflow`: the DAG as a real Airflow reads it, in an environment of its own."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from jinja2 import Environment

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="module")
def bag():
    return DagBag(str(DEPLOY / "airflow"))


@pytest.fixture(scope="module")
def dag(bag):
    return bag.dags["desirelines_daily"]


@pytest.fixture
def module(dag):
    return dag.get_task("publish").python_callable.__globals__


def test_airflow_imports_it_without_an_error(bag):
    assert bag.import_errors == {}
    assert list(bag.dags) == ["desirelines_daily"]


def test_stages_follow_each_other_as_in_a_run(dag, module):
    order = []
    (task,) = dag.roots
    while task is not None:
        order.append(task.task_id)
        following = list(task.downstream_list)
        assert len(following) <= 1
        task = following[0] if following else None
    assert order == list(module["STAGES"])
    assert len(order) == len(dag.tasks)
    assert dag.max_active_runs == 1


def test_every_task_gets_the_day_and_the_run_of_the_logical_date(dag):
    at = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
    names = {"ds": at.date().isoformat(), "ts_nodash": at.strftime("%Y%m%dT%H%M%S")}
    for task in dag.tasks:
        given = {
            name: Environment(autoescape=True).from_string(text).render(names)
            for name, text in task.op_kwargs.items()
        }
        assert given == {
            "stage": task.task_id, "as_of": "2026-03-01", "run_id": "airflow-20260301T043000",
        }  # fmt: skip


def test_a_stage_is_submitted_with_its_file_and_its_words(dag, module, monkeypatch, tmp_path):
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "spark-submit.sh").write_text('echo "$@" > said; exit $CODE\n')
    for name, value in {"HOME": tmp_path, "CONF": "c.yaml", "MASTER": "yarn"}.items():
        monkeypatch.setenv(f"DESIRELINES_{name}", str(value))
    submit = dag.get_task("publish").python_callable
    monkeypatch.setenv("CODE", "0")
    submit("publish", "2026-03-01", "r1")
    assert (tmp_path / "said").read_text().split() == [
        "yarn", "jobs/publish_segments.py", "--conf", "c.yaml", "--as-of", "2026-03-01",
        "--run-id", "r1",
    ]  # fmt: skip
    monkeypatch.setenv("CODE", "3")
    with pytest.raises(AirflowFailException, match="a check failed"):
        submit("publish", "2026-03-01", "r1")
    assert os.environ["CODE"] == "3"


@pytest.mark.parametrize("code", [0, 5])
def test_what_is_done_succeeds(module, code):
    module["judge"]("publish", code)


@pytest.mark.parametrize("code", [2, 3, 4])
def test_what_would_end_in_the_same_way_is_not_tried_again(module, code):
    with pytest.raises(AirflowFailException):
        module["judge"]("publish", code)


@pytest.mark.parametrize("code", [1, 137])
def test_what_is_unexpected_is_tried_again(module, code):
    with pytest.raises(AirflowException) as raised:
        module["judge"]("publish", code)
    assert not isinstance(raised.value, AirflowFailException)
