"""Worlds of other seeds and sizes the whole way: groups against personas, and a refit a month later. Minutes each.

`WORLD_PEOPLE=20000 make worlds` makes them larger; `WORLD_SEEDS="7 11"` names the seeds.
"""

import os
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.io.warehouse import Warehouse
from desirelines.io.world_files import write_world
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.truth import BY_RULE, compare_with_truth, true_people
from desirelines.world import build_world

pytestmark = pytest.mark.campaign

ROOT = Path(__file__).parents[2]
DAYS, FIRST_DAY = 400, date(2025, 1, 1)
PEOPLE = int(os.environ.get("WORLD_PEOPLE", "2000"))
SEEDS = [int(seed) for seed in os.environ.get("WORLD_SEEDS", "7 11 23").split()]


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_are_the_personas_and_stay_a_month_later(spark, secret_files, tmp_path, seed):
    from desirelines.cli import main

    for name, value in (("wholeStage", "true"), ("factoryMode", "FALLBACK")):  # a run of many rows is compiled
        spark.conf.set(f"spark.sql.codegen.{name}", value)
    born = build_world(spark, people=PEOPLE, days=DAYS, seed=seed, first_day=FIRST_DAY)
    write_world(born.raw, born.truth, tmp_path / "world", "delta")
    os.environ["DESIRELINES_WORLD"] = str(tmp_path / "world")
    sets = [f"--set=warehouse.path={tmp_path / 'warehouse'}", f"--set=report.path={tmp_path / 'report.html'}"]
    sets += [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    warehouse = Warehouse(spark, WarehouseSettings(path=str(tmp_path / "warehouse")))
    truth = spark.read.format("delta").load(str(tmp_path / "world" / "truth" / "people"))
    secret = secret_files["data"].read_bytes().strip()
    members, index = {}, {}
    for month in (1, 0):
        as_of = FIRST_DAY + timedelta(days=DAYS - 30 * month)
        assert main(["run", "--conf", str(ROOT / "conf" / "demo.yaml"), "--as-of", str(as_of), *sets]) == 0
        index[month] = compare_with_truth(warehouse, truth, secret)
        rows = warehouse.read(tables.SEGMENT_MEMBERS).filter("is_primary").select("person_id", "segment_id").collect()
        members[month] = {r["person_id"]: r["segment_id"] for r in rows}
    meant = true_people(warehouse, truth, secret).filter(~F.col("persona").isin(*BY_RULE)).collect()
    both = [r["person_id"] for r in meant if r["person_id"] in members[1] and r["person_id"] in members[0]]
    stayed = sum(members[1][p] == members[0][p] for p in both) / len(both)
    moves = warehouse.read(tables.SEGMENT_MOVES).filter("from_segment_id != to_segment_id").collect()
    told = [
        (m["from_segment_id"][-2:], m["to_segment_id"][-2:], m["people_count"], m["behaviour_count"], m["model_count"])
        for m in moves
    ]
    sys.stdout.write(
        f"\nseed {seed}, {PEOPLE:,} people: {index}; {stayed:.3f} of {len(both):,} kept their segment; moves {told}\n"
    )
    assert index[0]["adjusted_rand_index_without_rule_personas"] >= 0.95
    assert stayed >= 0.95
