"""A driver killed before every write of ingest and identities, and after the last.

The next try gives the tables of a run that was never killed.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import laws, shop
from tests.support.batches import events, fates, waiting
from tests.support.crash import at

pytestmark = pytest.mark.campaign

ROOT = Path(__file__).parents[2]
NAMES_OF_RUNS = {
    "run_id",
    "from_run",
    "to_run",
    "ingest_batch",
    "expires_on",
    "decided_at",
    "tagged_at",
    "computed_at",
    "expires_at",
}
"""Columns that name the run or its moment, not the result."""
STAGES = {
    "ingest-events": (
        "events",
        "quarantined_events",
        "row_accounts",
        "identity_links",
        "stream_tags",
    ),
    "resolve-identities": ("identity_map", "stream_owners", "people", "identity_cuts"),
}

TO_PATHS = (
    "ingest-events", "resolve-identities", "build-sessions", "build-features", "fit-clusters",
    "assign-segments", "build-paths",
)  # fmt: skip


def command(folder, secret_files, writes, stage, *given, moment=None, within=None):
    sets = [
        w for name, file in secret_files.items() for w in ("--set", f"secrets.{name}_file={file}")
    ]
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.killed", str(writes), stage, "--conf",
         str(folder / "conf.yaml"), *given, *sets],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ
        | ({"KILLED_AT": moment.isoformat()} if moment else {})
        | ({"KILLED_WITHIN": str(within)} if within else {}),
    )  # fmt: skip


def content(spark, folder, names):
    found = {}
    for name in names:
        place = folder / "warehouse" / name
        if not (place / "_delta_log").exists():
            found[name] = None
            continue
        rows = spark.read.format("delta").load(str(place))
        kept = sorted(c for c in rows.columns if c not in NAMES_OF_RUNS)
        found[name] = sorted(map(str, rows.select(*kept).collect()))
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_a_kill_before_any_write_changes_nothing_in_the_end(
    stage, spark, cli, tmp_path, secret_files
):
    whole = tmp_path / "whole"
    whole.mkdir()
    shop.configure(whole)
    shop.write(whole / "in", "first.csv", shop.rows(0, 9) + shop.mess())
    if stage != "ingest-events":
        assert cli("ingest-events", "--conf", str(whole / "conf.yaml")) == 0
    before = tmp_path / "before"
    shutil.copytree(whole, before)
    unharmed = command(whole, secret_files, -1, stage)
    assert unharmed.returncode == 0, unharmed.stderr
    writes = int(re.search(r"writes: (\d+)", unharmed.stdout)[1])
    assert writes >= len(STAGES[stage])
    expected = content(spark, whole, STAGES[stage])
    assert expected[STAGES[stage][0]]
    for n in range(writes):
        broken = tmp_path / "broken"
        shutil.copytree(before, broken)
        shop.configure(broken)
        killed = command(broken, secret_files, n, stage)
        assert killed.returncode == -9, (n, killed.stderr)
        assert cli(stage, "--conf", str(broken / "conf.yaml")) == 0, n
        assert content(spark, broken, STAGES[stage]) == expected, (
            f"killed before write {n + 1} of {writes}"
        )
        shutil.rmtree(broken)


def champion(folder):
    """The MLflow run whose model is the champion; null when there is none."""
    database = folder / "warehouse" / "_mlflow" / "mlflow.db"
    with sqlite3.connect(database) as connection:
        found = connection.execute(
            "SELECT run_id FROM model_versions v JOIN registered_model_aliases a "
            "USING (name, version) WHERE alias = 'champion'"
        )
        return next((row[0] for row in found), None)


def test_a_kill_before_or_after_publication_is_made_up_for_by_the_next_run(
    spark, cli, tmp_path, secret_files
):
    whole = tmp_path / "whole"
    whole.mkdir()
    conf = shop.configure(whole)
    conf.write_text(
        conf.read_text().replace("tracking: {enabled: false}", "tracking: {enabled: true}")
    )
    shop.write(whole / "in", "first.csv", shop.rows(0, 9) + shop.mess())
    for stage in TO_PATHS:
        assert cli(stage, "--conf", str(whole / "conf.yaml")) == 0, stage
    before = tmp_path / "before"
    shutil.copytree(whole, before)
    unharmed = command(whole, secret_files, -1, "publish")
    assert unharmed.returncode == 0, unharmed.stderr
    writes = int(re.search(r"writes: (\d+)", unharmed.stdout)[1])
    assert writes >= 3, "the publication, the members, and that both followed"
    expected = content(spark, whole, ("segment_members", "segment_changes"))
    for n in range(writes):
        # MLflow's database names the folder of its files, so each try is at the same place
        broken = whole
        shutil.rmtree(broken)
        shutil.copytree(before, broken)
        forget_logs(spark)
        killed = command(broken, secret_files, n, "publish")
        assert killed.returncode == -9, (n, killed.stderr)
        is_published = "PUBLISHED" in str(content(spark, broken, ("runs",)))
        # In processes of their own: MLflow keeps the database open whose folder was put back.
        if not is_published:
            again = command(broken, secret_files, -1, "publish")
            assert again.returncode == 0, (n, again.stderr)
        rerun = command(broken, secret_files, -1, "run")
        assert rerun.returncode == 0, (n, rerun.stderr)
        assert ("did not follow: completed now" in rerun.stderr) == is_published, n
        assert content(spark, broken, tuple(expected)) == expected, (
            f"killed before write {n + 1} of {writes}"
        )
        run = {
            r["mlflow_run_id"]
            for r in spark.read.format("delta")
            .load(str(broken / "warehouse/cluster_models"))
            .collect()
        }
        assert {champion(broken)} == run
        laws.check(spark, broken)


def forget_logs(spark):
    """Let Spark forget its caches of tables whose folders were put back."""
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()


NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


def test_a_killed_batch_has_one_fate_a_row_though_clock_and_mapping_are_others_at_the_next_try(
    spark, cli, tmp_path, secret_files
):
    """After a kill at any write, the next try runs later and under other rules.

    The limit for future rows has moved, early rows are allowed, and an event has another name.
    """
    rows = shop.rows(0, 4)
    ahead = rows[0] | {"id": "ahead", "at": (NOW + timedelta(minutes=60, seconds=30)).isoformat()}
    before = tmp_path / "before"
    before.mkdir()
    shop.write(before / "in", "first.csv", [*rows, *shop.mess(), ahead])
    floor = ("--set", "ingest.floor_date=2026-01-06")
    whole = tmp_path / "whole"
    shutil.copytree(before, whole)
    shop.configure(whole)
    unharmed = command(whole, secret_files, -1, "ingest-events", *floor, moment=NOW)
    assert unharmed.returncode == 0, unharmed.stderr
    ids = {
        r["id"]
        for r in [*rows, *shop.mess(), ahead]
        if not r["id"].startswith(("bad", "future", "nobody"))
    }
    for n in range(int(re.search(r"writes: (\d+)", unharmed.stdout)[1]) + 1):
        broken = tmp_path / "broken"
        shutil.copytree(before, broken)
        given = "--conf", str(shop.configure(broken))
        killed = command(broken, secret_files, n, "ingest-events", *floor, moment=NOW)
        assert killed.returncode in (-9, 0), (n, killed.stderr)
        with at(NOW + timedelta(minutes=5)):
            assert (
                cli("ingest-events", *given, "--set", "sources.0.columns.event_name=category") == 0
            ), n
            assert cli("requeue", *given) == 0, n
        assert events(spark, broken) == ids, f"killed before write {n + 1}"
        assert fates(spark, broken)
        assert waiting(spark, broken) == 8, n
        shutil.rmtree(broken)
