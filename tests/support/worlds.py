"""Worlds: in a folder, with `desirelines run` on them by the demo's settings; and their rows."""

import os
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.io.synthetic_files import write_world
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.synthetic import build_world

ROOT = Path(__file__).parents[2]
DAYS, FIRST_DAY = 400, date(2025, 1, 1)
SEEDS = [int(seed) for seed in os.environ.get("WORLD_SEEDS", "7 11 23").split()]


def begun(spark, folder, secret_files, people, seed, *, habit_weeks=0, settings=()):
    """A world in a folder: how to run it up to a date, its warehouse, and its key secret."""
    from desirelines.cli import main

    born = build_world(
        spark, people=people, days=DAYS, seed=seed, first_day=FIRST_DAY, habit_weeks=habit_weeks
    )
    write_world(born.raw, born.truth, folder / "world", "delta")
    os.environ["DESIRELINES_WORLD"] = str(folder / "world")
    sets = [
        f"--set=warehouse.path={folder / 'warehouse'}",
        f"--set=report.path={folder / 'report.html'}",
        *(f"--set={setting}" for setting in settings),
    ]
    sets += [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]

    def run(as_of):
        assert (
            main(["run", "--conf", str(ROOT / "conf" / "demo.yaml"), "--as-of", str(as_of), *sets])
            == 0
        )

    warehouse = Warehouse(spark, WarehouseSettings(path=str(folder / "warehouse")))
    return run, warehouse, secret_files["data"].read_bytes().strip()


def fingerprint(table: DataFrame) -> tuple[int, int]:
    """Rows, and a sum over them that does not mind their order."""
    digest = F.xxhash64(F.to_json(F.struct(*sorted(table.columns)), {"ignoreNullFields": "false"}))
    row = table.agg(F.count("*"), F.sum(digest.cast("decimal(38,0)"))).first()
    assert row is not None
    return row[0], int(row[1])
