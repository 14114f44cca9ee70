"""A whole run in one command."""

import pytest
from deltalake import DeltaTable

from desirelines.io.tables.ledger import LEASE
from tests.support.attempts import attempt
from tests.support.laws import versions_of
from tests.support.published import STAGES, conf, result

CHANGED = {"build-sessions": ("--set", "sessions.gap_minutes=15")}
"""The example of that command's help."""


def test_the_same_again_changes_nothing_and_says_so(first_shop, cli, capsys):
    before = versions_of(first_shop)
    capsys.readouterr()
    assert cli("run", *conf(first_shop)) == 0
    assert result(capsys)["changed"] is False
    assert versions_of(first_shop) == before


def states(folder):
    runs = DeltaTable(folder / "warehouse" / "runs").to_pyarrow_table().to_pylist()
    return [(r["run_id"], r["phase"], r["status"], r["as_of"]) for r in sorted(
        runs, key=lambda r: r["recorded_at"]) if r["phase"] != LEASE]  # fmt: skip


@pytest.mark.integration
def test_on_a_quiet_day_every_stage_works_by_itself(first_shop, cli, capsys):
    before = {run for run, *_ in states(first_shop)}
    end = max(as_of for *_, as_of in states(first_shop) if as_of)
    for stage in STAGES[:-1]:
        assert cli(stage, *conf(first_shop), *CHANGED.get(stage, ())) == 0, stage
    new = [(run, phase, status, as_of) for run, phase, status, as_of in states(first_shop)
           if run not in before]  # fmt: skip
    assert len({run for run, *_ in new}) == 1
    assert {as_of for *_, status, as_of in new if status == "DONE"} == {end}


def test_a_stage_without_events_says_so_and_leaves_no_open_run(cli, capsys, small_shop):
    for stage in STAGES[1:-1]:
        code, output = attempt(cli, capsys, small_shop, command=stage)
        assert (code, "there are no events yet" in output) == (4, True), stage
    assert not (small_shop / "warehouse" / "runs").exists()


def test_a_first_stage_that_fails_leaves_no_open_run(first_shop, cli, capsys):
    before = {run for run, *_ in states(first_shop)}
    few_bots = ("--set", "bots.most_share=0.00001")  # the mess has a robot
    assert cli("build-sessions", *conf(first_shop), *few_bots) == 3
    failed = [s for s in states(first_shop) if s[0] not in before]
    assert [status for _, _, status, _ in failed] == ["STARTED", "FAILED", "ABANDONED"]
    assert cli("resolve-identities", *conf(first_shop)) == 0
    assert states(first_shop)[-1][0] != failed[0][0]
