"""Two drivers of one warehouse, and a driver that dies.

The second is refused by the name of the first; the next one knows who died.
"""

import signal
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from desirelines.errors import MachineError
from desirelines.io.tables.lease import died_in, ledger_lease, local_lease
from desirelines.io.tables.ledger import FAILED, LEASE_TIME, STARTED, Ledger
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from tests.support import shop

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
HOLDER = """
import sys
from pathlib import Path
from desirelines.io.tables.lease import local_lease
with local_lease(Path(sys.argv[1])) as lease:
    lease.name("theirs", "run")
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder):
    """A process that holds the warehouse until it is asked to end, or killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_driver_is_refused_by_the_name_of_the_first_and_writes_nothing(
    cli, tmp_path, capsys
):
    shop.configure(tmp_path)
    shop.write(tmp_path / "in", "first.csv", shop.rows(0, 2))
    (tmp_path / "warehouse").mkdir()
    first = holder(tmp_path / "warehouse")
    try:
        for command in (
            ["run"],
            ["ingest-events"],
            ["requeue"],
            ["rename", "c-1", "Name"],
            ["identity", "unlink", "a", "b"],
        ):
            assert cli(*command, "--conf", str(tmp_path / "conf.yaml")) == 2, command
            output = capsys.readouterr().err
            assert f"run theirs (`run`, process {first.pid} on " in output
            assert "Wait until it ends" in output
        assert [f.name for f in (tmp_path / "warehouse").iterdir()] == ["_lease"]
    finally:
        first.communicate("")
    assert cli("ingest-events", "--conf", str(tmp_path / "conf.yaml")) == 0


def test_the_lock_ends_with_its_process_and_the_next_driver_knows_who_died(tmp_path):
    first = holder(tmp_path)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with local_lease(tmp_path) as lease:
        assert lease.died == "theirs"
        lease.name("mine", "run")
    with local_lease(tmp_path) as lease:
        assert lease.died is None, "a driver that came to its end gave the warehouse back"


def test_a_command_that_writes_nothing_sees_who_died_and_disturbs_nobody(tmp_path):
    assert died_in(tmp_path) is None, "nobody ever held it"
    assert list(tmp_path.iterdir()) == []
    first = holder(tmp_path)
    assert died_in(tmp_path) is None, "it is alive"
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert died_in(tmp_path) == "theirs"
    with local_lease(tmp_path) as lease:
        assert lease.died == "theirs"
    assert died_in(tmp_path) is None, "it was given back"


def test_an_error_is_an_end_like_another(tmp_path):
    with pytest.raises(ZeroDivisionError), local_lease(tmp_path) as lease:
        lease.name(str(1 // 0), "run")
    with local_lease(tmp_path) as lease:
        assert lease.died is None


@pytest.fixture
def driver(spark, tmp_path):
    """Ledgers of any number of drivers, each with its own clock, without a local lock."""

    def another(at=NOW):
        warehouse = Warehouse(spark.newSession(), WarehouseSettings(path=f"file://{tmp_path}"))
        assert warehouse.local_folder is None
        return Ledger(warehouse, lambda: at, "config")

    return another


def test_elsewhere_the_ledger_keeps_the_lease_until_it_ends_or_expires(driver):
    with ledger_lease(driver(), "one", "run"):
        with (
            pytest.raises(
                MachineError,
                match=r"run one .* holds the warehouse until 2026-04-01 18:00 UTC.*--run-id one",
            ),
            ledger_lease(driver(), "two", "run"),
        ):
            pass
        with ledger_lease(driver(), "one", "run"):
            """A driver that continues the run takes over its lease."""
    with ledger_lease(driver(), "two", "run"):
        """The first gave it back."""
    dead = ledger_lease(driver(), "three", "run")
    dead.__enter__()
    with (
        pytest.raises(MachineError),
        ledger_lease(driver(NOW + LEASE_TIME - timedelta(minutes=1)), "four", "run"),
    ):
        pass
    with ledger_lease(driver(NOW + LEASE_TIME + timedelta(minutes=1)), "four", "run"):
        """The third's has expired."""
    assert not driver().open_runs(), "a run that only held the warehouse is none to go on with"


def test_of_drivers_that_begin_at_once_one_holds_the_warehouse(driver):
    driver().record("before", "ingest-events", FAILED)  # the table is there before the race
    outcome = {}

    def begin(name, held):
        try:
            held.enter_context(ledger_lease(ledgers[name], name, "run"))
            outcome[name] = True
        except MachineError:
            outcome[name] = False

    ledgers = {name: driver() for name in ("a", "b")}
    for ledger in ledgers.values():
        ledger.states()  # both have looked, and seen nobody
    with ExitStack() as held:
        racers = [Thread(target=begin, args=(name, held)) for name in ledgers]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert sorted(outcome.values()) == [False, True]
        holding = [s.run_id for s in driver().states() if s.status == STARTED]
        assert holding == [name for name, is_holding in outcome.items() if is_holding]
