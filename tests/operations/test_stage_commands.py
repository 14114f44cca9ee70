"""Every stage command on every state of a warehouse: it works, or says what to do first."""

import pytest
from deltalake import DeltaTable

from desirelines.io.tables.ledger import LEASE
from tests.support import published, shop
from tests.support.attempts import attempt
from tests.support.frozen import frozen
from tests.support.published import STAGES

CHANGED = {"build-sessions": ("--set", "sessions.gap_minutes=15")}
"""The example of that command's help."""
NOTHING, READ, FAILS_EARLY, FAILS_LATE = (
    "empty", "ingested", "failed before it was published", "failed after it was published",
)  # fmt: skip
QUIET, NEWS = "published, nothing new", "published, with news"

TABLE = {
    # stage: its exit code in each state, and what it says to do where it is not 0
    NOTHING: [0, (4, "ingest-events"), (4, "ingest-events"), (4, "ingest-events"),
              (4, "ingest-events"), (4, "ingest-events"), (4, "ingest-events"),
              (4, "ingest-events"), (4, "desirelines run")],
    READ: [0, 0, 0, (4, "resolve-identities"), (4, "build-features"), (4, "build-features"),
           (4, "assign-segments"), (3, "Run these stages"), (4, "desirelines run")],
    # its sessions are there: the gate looks at what was written
    FAILS_EARLY: [0, 0, 0, 0, (4, "build-features"), (4, "build-features"),
                  (4, "assign-segments"), (4, "desirelines run"), (4, "desirelines run")],
    QUIET: [0, 0, 0, 0, 0, (4, "fit-clusters"), (4, "assign-segments"), (4, "desirelines run"), 0],
    NEWS: [0, 0, 0, 0, 0, (4, "fit-clusters"), (4, "assign-segments"), (4, "desirelines run"), 0],
    # what it staged for its date is gone
    FAILS_LATE: [0, 0, 0, 0, (4, "build-features"), (4, "build-features"), (4, "assign-segments"),
                 (4, "desirelines run"), 0],
}  # fmt: skip


def states(folder):
    """States of the runs, the oldest first: run, phase, status, as_of."""
    if not (folder / "warehouse" / "runs").exists():
        return []
    rows = DeltaTable(folder / "warehouse" / "runs").to_pyarrow_table().to_pylist()
    return [(r["run_id"], r["phase"], r["status"], r["as_of"]) for r in sorted(
        rows, key=lambda r: r["recorded_at"]) if r["phase"] != LEASE]  # fmt: skip


def open_runs(folder):
    newest = {run_id: status for run_id, _, status, _ in states(folder)}
    ended = {run_id for run_id, _, status, _ in states(folder) if status == "PUBLISHED"}
    return {r for r, status in newest.items() if r not in ended and status != "ABANDONED"}


@pytest.fixture(scope="session")
def warehouses(spark, with_secrets, first_template):
    """A folder for each state. Look, and copy; never write to it."""

    def build(name):
        def fill(folder):
            if name in (NOTHING, READ, FAILS_EARLY):
                folder.mkdir(parents=True)
                published.configure(folder)
                published.deliver(spark, folder, shop.rows(*published.FIRST) + shop.mess())
            else:
                published.copy_to(first_template, folder)
            if name in (NEWS, FAILS_LATE):
                published.deliver(spark, folder, shop.rows(*published.SECOND))
            conf = ("--conf", str(folder / "conf.yaml"))
            if name == READ:
                assert with_secrets("ingest-events", *conf) == 0
            if name == FAILS_EARLY:  # the mess has a robot
                assert with_secrets("run", *conf, "--set=bots.most_share=0.00001") == 3
            if name == FAILS_LATE:
                assert with_secrets("run", *conf, "--set=paths.patterns=[nope]") == 2

        return frozen(name.replace(" ", "_").replace(",", ""), fill)

    return build


def outcome(cli, capsys, folder, stage):
    """Exit code of a stage, and what it says if that is not 0; it leaves no open run of its own."""
    before = open_runs(folder)
    code, output = attempt(cli, capsys, folder, *CHANGED.get(stage, ()), command=stage)
    if code:
        assert open_runs(folder) == before, stage
    return code, output


def check(cli, capsys, template, tmp_path, state, stages):
    for stage, expected in zip(STAGES, TABLE[state], strict=True):
        if stage not in stages:
            continue
        folder = tmp_path / stage
        published.copy_to(template, folder)
        code, output = outcome(cli, capsys, folder, stage)
        wanted, advice = expected if isinstance(expected, tuple) else (expected, "")
        assert (code, advice in output) == (wanted, True), (state, stage, output)


@pytest.mark.integration
@pytest.mark.parametrize("state", TABLE)
def test_every_stage_on_every_state(state, warehouses, cli, capsys, tmp_path):
    check(cli, capsys, warehouses(state), tmp_path, state, STAGES)


def test_what_has_nothing_to_read_says_what_to_run_first(warehouses, cli, capsys, tmp_path):
    refused = {s for s, e in zip(STAGES, TABLE[QUIET], strict=True) if e != 0}
    check(cli, capsys, warehouses(QUIET), tmp_path, QUIET, refused)


@pytest.mark.integration
def test_a_run_that_fails_is_not_continued(warehouses, cli, capsys, tmp_path):
    """Neither by a stage, which would be done as of the failed run's date, nor for good."""
    folder = tmp_path / "shop"
    published.copy_to(warehouses(FAILS_LATE), folder)
    failed = states(folder)[-1][0]
    assert [s for _, _, s, _ in states(folder)[-2:]] == ["FAILED", "ABANDONED"]
    assert cli("resolve-identities", *published.conf(folder)) == 0
    assert states(folder)[-1][0] != failed
    # who names it goes on with it, and a second attempt is a run like any other
    assert cli("build-sessions", "--run-id", failed, *published.conf(folder)) == 0
    assert failed in open_runs(folder)


@pytest.mark.integration
def test_new_events_begin_a_new_run_if_the_one_before_failed(warehouses, spark, cli, tmp_path):
    """A scheduler by stages: on the first day a stage fails, on the second all work."""
    folder = tmp_path / "shop"
    published.copy_to(warehouses(READ), folder)
    first = states(folder)[-1]
    assert cli("assign-segments", *published.conf(folder)) == 4
    assert cli("resolve-identities", *published.conf(folder)) == 0
    assert cli("build-sessions", *published.conf(folder), "--set", "bots.most_share=0") == 3
    published.deliver(spark, folder, shop.rows(*published.SECOND))
    assert cli("ingest-events", *published.conf(folder)) == 0
    last = states(folder)[-1]
    assert last[0] != first[0]
    assert last[3] > first[3]
    assert open_runs(folder) == {last[0]}
