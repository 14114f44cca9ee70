"""Which run a command goes on with, and a warehouse that it cannot hold."""

from dataclasses import replace

import pytest

from desirelines import tables
from desirelines.errors import VersionError
from desirelines.io.tables.store import Warehouse
from desirelines.run.opening import opened
from desirelines.run.options import RunOptions
from desirelines.settings.model import Warehouse as WarehouseSettings
from tests.support.attempts import attempt
from tests.support.published import read


def test_stages_one_by_one_are_one_run(spark, first_template):
    runs = read(spark, first_template, tables.RUNS).select("run_id").distinct().collect()
    assert [r["run_id"] for r in runs] == ["first"]
    assert (first_template / "report.html").exists()


def test_a_warehouse_that_cannot_be_written(cli, capsys, small_shop):
    (small_shop / "file").write_text("in the way")
    code, output = attempt(
        cli, capsys, small_shop, "--set", f"warehouse.path={small_shop / 'file' / 'warehouse'}"
    )
    assert code == 2
    assert (
        "cannot be written (Not a directory). Give another with --set warehouse.path=FOLDER"
        in output
    )


def test_the_ledger_is_brought_to_its_contract_before_a_lease_is_written_in_it(
    spark, tmp_path, secret_files
):
    """Elsewhere than in a local folder, where the lease is a row of `runs`."""
    place = WarehouseSettings(path=f"file://{tmp_path}")
    columns = tuple(column for column in tables.RUNS.columns if column.since == 1)
    Warehouse(spark, place).create(replace(tables.RUNS, columns=columns, version=1))
    files = [f"secrets.{name}_file={file}" for name, file in secret_files.items()]
    options = RunOptions(overrides=(f"warehouse.path={place.path}", *files))
    with pytest.raises(VersionError, match="run `desirelines maintain`"):
        opened(options, writes="rebuild").__enter__()
    with opened(options, writes="maintain", migrates=True) as run:
        assert [state.phase for state in run.ledger.states()] == ["lease"]
    found = Warehouse(spark, place).found(tables.RUNS)
    assert (found.version, "seconds" in found.columns) == (2, True)
