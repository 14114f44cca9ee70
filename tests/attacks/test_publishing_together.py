"""Runs that overlap: the second finds its base gone; readers see one whole run at any time."""

import threading
from contextlib import contextmanager

import pytest
from deltalake import DeltaTable

from desirelines import tables
from tests.support import shop
from tests.support.laws import folded
from tests.support.published import SECOND, conf, deliver, path, read, result

pytestmark = pytest.mark.integration
TO_PATHS = (
    "resolve-identities", "build-sessions", "build-features", "fit-clusters", "assign-segments",
    "build-paths",
)  # fmt: skip


def published(spark, folder):
    rows = read(spark, folder, tables.RUNS).filter("status = 'PUBLISHED'").collect()
    return [(r["run_id"], r["base_run_id"]) for r in sorted(rows, key=lambda r: r["recorded_at"])]


def test_a_run_whose_base_is_gone_is_compared_anew_and_published_after_it(
    spark, first_shop, cli, capsys
):
    """Run `slow` is ready to publish; `quick` comes first; changes are compacted in between."""
    deliver(spark, first_shop, shop.rows(*SECOND))
    named = ("--run-id", "slow", *conf(first_shop))
    assert cli("ingest-events", *named) == 0
    for stage in TO_PATHS:
        assert cli(stage, *named) == 0, stage
    assert (
        cli("run", "--run-id", "quick", "--set", "segments.rules=[lapsed]", *conf(first_shop)) == 0
    )
    spark.sql(f"OPTIMIZE delta.`{path(first_shop, tables.SEGMENT_CHANGES.name)}`").collect()
    assert cli("publish", *named) == 0
    assert published(spark, first_shop) == [
        ("first", "none"), ("quick", "first"), ("slow", "quick"),
    ]  # fmt: skip
    changes = [row.asDict() for row in read(spark, first_shop, tables.SEGMENT_CHANGES).collect()]
    members = {
        (r["person_id"], r["segment_id"]): r["is_primary"]
        for r in read(spark, first_shop, tables.SEGMENT_MEMBERS).collect()
    }
    assert folded(changes, ["first", "quick", "slow"]) == members
    # What `quick` left out comes back with `slow`, whose rules are the default.
    assert {
        c["segment_id"] for c in changes if c["run_id"] == "quick" and c["change"] == "left"
    } >= {"new_buyer"}
    assert "new_buyer" in {segment for _, segment in members}
    assert cli("publish", *named) == 2  # a second driver with this run finds it closed
    assert "run slow was published" in capsys.readouterr().err


@contextmanager
def watched(folder):
    """Read segment_members over and over while the block runs; gives what was seen."""
    seen, over = [], threading.Event()

    def look():
        while not over.is_set():
            rows = DeltaTable(path(folder, tables.SEGMENT_MEMBERS.name)).to_pyarrow_table()
            runs = set(rows.column("run_id").to_pylist())
            seen.append((frozenset(runs), rows.num_rows))

    reader = threading.Thread(target=look, daemon=True)
    reader.start()
    try:
        yield seen
    finally:
        over.set()
        reader.join()


def test_a_reader_sees_the_members_of_one_whole_run_at_any_time(spark, first_shop, cli, capsys):
    before = read(spark, first_shop, tables.SEGMENT_MEMBERS).count()
    deliver(spark, first_shop, shop.rows(*SECOND))
    capsys.readouterr()
    with watched(first_shop) as seen:
        assert cli("run", "--set", "segments.rules=[lapsed]", *conf(first_shop)) == 0
    run_id = result(capsys)["run_id"]
    after = read(spark, first_shop, tables.SEGMENT_MEMBERS).count()
    assert before != after
    assert set(seen) <= {(frozenset({"first"}), before), (frozenset({run_id}), after)}
    assert (frozenset({"first"}), before) in seen
    assert len(seen) > 20
