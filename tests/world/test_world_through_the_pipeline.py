"""A small world through the real pipeline: the planted mess, the true sessions, and personas that no single number tells apart."""

from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES
from desirelines.io.warehouse import Warehouse
from desirelines.io.world_files import write_world
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.truth import BY_RULE, true_people
from desirelines.world import build_world

ROOT = Path(__file__).parents[2]
PEOPLE = 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory, spark, secret_files):
    """A world after events, identities, sessions and features."""
    import os

    from desirelines.cli import main

    folder = tmp_path_factory.mktemp("world")
    born = build_world(spark, people=PEOPLE, days=400, seed=7)
    write_world(born.raw, born.truth, folder / "world", "delta")
    os.environ["DESIRELINES_WORLD"] = str(folder / "world")
    arguments = ["--conf", str(ROOT / "conf" / "demo.yaml"), f"--set=warehouse.path={folder / 'warehouse'}"]
    arguments += [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    for stage in ("ingest-events", "resolve-identities", "build-sessions", "build-features"):
        assert main([stage, *arguments]) == 0
    return folder


def read(spark, folder, name):
    return spark.read.format("delta").load(str(folder / name))


def test_every_planted_row_has_its_fate(spark, folder):
    planted = (
        read(spark, folder, "world/truth/mess")
        .filter("NOT is_subset")
        .groupBy("source", "fate")
        .agg(F.sum("row_count").alias("n"))
    )
    names = {
        "web_events": "world_web",
        "orders": "world_orders",
        "email_events": "world_email",
        "support": "world_support",
    }
    wanted = {(names[r["source"]], r["fate"]): r["n"] for r in planted.collect()}
    account = read(spark, folder, "warehouse/row_accounts").collect()
    assert {(r["source"], r["fate"]): r["row_count"] for r in account} == wanted


def test_the_true_sessions_are_found_exactly(spark, folder):
    columns = ("started_at", "ended_at", "event_count")
    found = read(spark, folder, "warehouse/sessions").filter("source = 'world_web'").select(*columns)
    true = read(spark, folder, "world/truth/sessions").select(*columns)
    assert sorted(map(tuple, found.collect())) == sorted(map(tuple, true.collect()))


def test_no_single_feature_tells_two_personas_apart(spark, folder, secret_files):
    warehouse = Warehouse(spark, WarehouseSettings(path=str(folder / "warehouse")))
    secret = secret_files["data"].read_bytes().strip()
    personas = true_people(warehouse, read(spark, folder, "world/truth/people"), secret)
    people = read(spark, folder, "warehouse/features").join(personas, "person_id").toPandas()
    meant = sorted(set(people["persona"]) - set(BY_RULE))
    assert len(meant) == 8
    too_good = {}
    for feature in (f.name for f in FEATURES):
        for i, one in enumerate(meant):
            for other in meant[i + 1 :]:
                a, b = (people.loc[people["persona"] == p, feature].to_numpy(float) for p in (one, other))
                best = max(best_balanced_accuracy(fill(a, end), fill(b, end)) for end in (-1e18, 1e18))
                if best > 0.9:
                    too_good[one, other, feature] = round(best, 3)
    assert too_good == {}


def fill(values, missing):
    """Missing values as a value of their own, at one end."""
    return np.where(np.isnan(values), missing, values)


def best_balanced_accuracy(a, b):
    """The best that a threshold can do, in either direction."""
    cuts = np.unique(np.concatenate((a, b)))
    below_a = np.searchsorted(np.sort(a), cuts, side="right") / len(a)
    below_b = np.searchsorted(np.sort(b), cuts, side="right") / len(b)
    return float(np.max(np.abs(below_a - below_b)) / 2 + 0.5)


def test_the_best_threshold_by_hand():
    assert best_balanced_accuracy(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == 1.0
    assert best_balanced_accuracy(np.array([1.0, 3.0]), np.array([2.0, 4.0])) == 0.75
