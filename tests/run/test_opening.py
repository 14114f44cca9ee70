"""Which run a command goes on with, and a warehouse that it cannot hold."""

from desirelines import tables
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
