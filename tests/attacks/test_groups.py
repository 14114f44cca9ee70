"""Batches of several sources are written together; a fault of one is no fault of the others."""

import gzip
import json

import pytest

from desirelines import tables
from tests.support import shop
from tests.support.batches import events, fates, read
from tests.support.crash import dying_before

pytestmark = pytest.mark.integration

ROWS = shop.rows(0, 4)[:12]
NAMES = ("app", "shop", "web")


@pytest.fixture
def three(tmp_path):
    """A configuration of three sources, each with a third of the rows, as one compressed file."""
    conf = shop.configure(tmp_path)
    for number, name in enumerate(NAMES):
        shop.write(tmp_path / name, "first.csv", ROWS[number::3])
        compress(tmp_path / name / "first.csv")
        mapping = shop.MAPPING.replace("name: shop", f"name: {name}")
        (tmp_path / f"{name}.yaml").write_text(mapping.format(path=tmp_path / name))
    listed = ", ".join(f"{name}.yaml" for name in NAMES)
    conf.write_text(conf.read_text().replace("[shop.yaml]", f"[{listed}]"))
    return "--conf", str(conf)


def compress(file):
    file.with_suffix(".csv.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    file.unlink()


def commits(folder, table):
    """The operations of a table's commits, the oldest first."""
    files = sorted((folder / "warehouse" / table.name / "_delta_log").glob("*.json"))
    infos = (json.loads(line) for file in files for line in file.read_text().splitlines())
    return [info["commitInfo"]["operation"] for info in infos if "commitInfo" in info]


def ids_by_source(spark, folder):
    rows = read(spark, folder, tables.EVENTS).select("source", "event_id").collect()
    return {name: sorted(r["event_id"] for r in rows if r["source"] == name) for name in NAMES}


EXPECTED = {name: sorted(r["id"] for r in ROWS[n::3]) for n, name in enumerate(NAMES)}


def test_three_sources_make_one_commit_a_table(spark, cli, tmp_path, three):
    assert cli("ingest-events", *three) == 0
    assert ids_by_source(spark, tmp_path) == EXPECTED
    assert fates(spark, tmp_path) == {("source", "used"): 12}
    for table in (
        tables.EVENTS, tables.IDENTITY_LINKS, tables.INGEST_BATCHES, tables.ROW_ACCOUNTS,
    ):  # fmt: skip
        assert commits(tmp_path, table) == ["CREATE TABLE", "WRITE"], table.name


def test_a_source_that_cannot_be_read_stops_no_other(spark, cli, tmp_path, three):
    """The log of a Delta source names a file that is gone."""
    source = tmp_path / "delta"
    rows = spark.createDataFrame(ROWS[NAMES.index("shop") :: 3])
    rows.coalesce(1).write.format("delta").save(str(source))
    mapping = (tmp_path / "shop.yaml").read_text().replace("format: csv", "format: delta")
    (tmp_path / "shop.yaml").write_text(mapping.replace(str(tmp_path / "shop"), str(source)))
    (file,) = source.glob("*.parquet")
    file.rename(tmp_path / "away")
    assert cli("ingest-events", *three) != 0
    assert ids_by_source(spark, tmp_path) == EXPECTED | {"shop": []}
    (tmp_path / "away").rename(file)
    assert cli("ingest-events", *three) == 0
    assert ids_by_source(spark, tmp_path) == EXPECTED
    assert fates(spark, tmp_path) == {("source", "used"): 12}


@pytest.mark.parametrize(
    "table", [tables.EVENTS, tables.IDENTITY_LINKS, tables.ROW_ACCOUNTS], ids=lambda t: t.name
)
def test_a_group_whose_driver_died_is_written_once_by_whichever_sources_come_next(
    spark, cli, tmp_path, three, table
):
    """One of the three has another file by then, and one is finished alone, after the others."""
    with dying_before(table):
        assert cli("ingest-events", *three) == 1
    assert cli("ingest-events", *three, "--set", "ingest.sources_at_once=2") == 0
    assert ids_by_source(spark, tmp_path) == EXPECTED
    assert events(spark, tmp_path) == {r["id"] for r in ROWS}
    assert fates(spark, tmp_path) == {("source", "used"): 12}
    links = read(spark, tmp_path, tables.IDENTITY_LINKS)
    assert links.filter("key = other_key").groupBy().sum("link_count").collect()[0][0] == (
        len(ROWS) + sum(1 for r in ROWS if r["user"])
    )
    begun = read(spark, tmp_path, tables.INGEST_BATCHES).collect()
    assert sorted((b["source"], b["attempt"]) for b in begun) == [
        (name, attempt) for name in NAMES for attempt in (1, 2)
    ]
