"""What Spark does for a command is counted, and held by `budget.json`."""

import json
from pathlib import Path

import pytest
from bench.executions import END, START, counts_of, measured

BUDGET = json.loads((Path(__file__).parent / "budget.json").read_text())
SLACK = 0.9
"""A stage that needs less than this share of its budget gets a smaller one."""


@pytest.mark.integration
def test_no_command_does_more_than_its_budget(spark, tmp_path):
    found = {
        command: {stage: [counts.executions[stage], counts.jobs[stage]] for stage in counts.jobs}
        for command, counts in measured(spark, tmp_path)
    }
    assert {command: set(stages) for command, stages in found.items()} == {
        command: set(stages) for command, stages in BUDGET.items()
    }, found
    over, slack = [], []
    for command, stages in BUDGET.items():
        for stage, allowed in stages.items():
            for what, most, count in zip(
                ("executions", "jobs"), allowed, found[command][stage], strict=True
            ):
                line = f"{command}, {stage}: {count} {what}, budget {most}"
                if count > most:
                    over.append(line)
                elif count < SLACK * most - 1:
                    slack.append(line)
    assert (over, slack) == ([], []), "lower the budget where there is slack"


def test_an_execution_belongs_to_the_phase_that_it_begins_in(tmp_path):
    log = tmp_path / "events"
    log.write_text(
        "\n".join(
            json.dumps(event)
            for event in (
                {"Event": "SparkListenerApplicationStart", "Timestamp": 900},
                {"Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
                 "executionId": 0, "time": 1_000},
                {"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": 2_500},
                {"Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
                 "executionId": 1, "time": 2_000},
                {"Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
                 "executionId": 2, "time": 2_999},
                {"Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd",
                 "executionId": 2, "time": 3_500},
                {"Event": "SparkListenerJobStart", "Job ID": 1, "Submission Time": 3_600},
            )
        )
    )  # fmt: skip
    counts = counts_of(log, [(0.0, START), (2.0, "ingest-events"), (3.0, END)])
    assert counts.executions == {START: 1, "ingest-events": 2}
    assert counts.jobs == {"ingest-events": 1, END: 1}
