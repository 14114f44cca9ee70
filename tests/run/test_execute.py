"""A stage is recorded when it begins and when it ends, however it ends."""

from datetime import UTC, date, datetime

import pytest

from desirelines.errors import GateError
from desirelines.run.context import new_run
from desirelines.run.execute import Stage, StageReport, execute
from desirelines.run.progress import Progress
from desirelines.settings import Settings

AS_OF = date(2026, 3, 1)


@pytest.fixture
def run(spark, tmp_path):
    settings = Settings.model_validate({"warehouse": {"path": str(tmp_path / "warehouse")}})
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return new_run(spark, settings, "r", lambda: now, Progress("r"), requested_as_of=AS_OF)


def told(run):
    return [(s.phase, s.status, s.as_of, s.row_count) for s in run.ledger.states()]


def fail(run):
    raise GateError("no")


def test_states_tell_what_began_what_failed_and_what_was_done(run, caplog):
    caplog.set_level("INFO", "desirelines")
    silent = Stage("look", lambda run: StageReport(is_to_record=False), records_start=False)
    assert execute(silent, run) == StageReport(is_to_record=False)
    assert told(run) == []  # nothing new leaves no trace
    with pytest.raises(GateError):
        execute(Stage("count", fail), run)
    execute(Stage("count", lambda run: StageReport(7, "seven", {"in": 1}, {"out": 2})), run)
    states = told(run)
    assert [(phase, status) for phase, status, *_ in states if status != "DONE"] == [
        ("count", "STARTED"), ("count", "FAILED"),
    ]  # fmt: skip
    assert states[-1] == ("count", "DONE", AS_OF, 7)
    assert run.ledger.inputs_of("r", "count") == {"in": 1}
    assert run.seconds["count"] >= 0
    took = [state.seconds is not None for state in run.ledger.states()]
    assert took == [status != "STARTED" for _, status, *_ in states]
    assert "count: 7 rows in" in caplog.text


def test_the_begin_of_a_stage_says_how_long_it_and_the_next_ones_took_before(run, caplog):
    caplog.set_level("INFO", "desirelines")
    one, two = (Stage(name, lambda run: StageReport(1)) for name in ("one", "two"))
    for stage, seconds in ((one, 30.0), (two, 12.0)):
        run.ledger.record("before", stage.name, "DONE", seconds=seconds)
    execute(one, run, then=[two])
    execute(one, run, then=[two, Stage("three", lambda run: StageReport(1))])
    begins = [r.getMessage() for r in caplog.records if r.event == "begin"]
    assert begins[0] == "one … (took 30 s the last time, 42 s with all that follow)"
    assert begins[1] == "one … (took 1 s the last time)"  # of the third nothing is known
