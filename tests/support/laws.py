"""Laws of a warehouse's tables after any command, checked in plain Python on the stored tables."""

from collections import Counter
from pathlib import Path

from desirelines import tables

PUBLISHED, BACKFILLED = "PUBLISHED", "BACKFILLED"
OF_A_RUN = [
    t for t in tables.ALL if t.written == "replace run" and not t.kept.startswith("evidence")
]
"""Tables whose rows belong to one run for good."""


def rows_of(spark, folder: Path, table) -> list[dict]:
    """All rows of a table; none where it is not there."""
    place = folder / "warehouse" / table.name
    if not (place / "_delta_log").is_dir():
        return []
    return [r.asDict() for r in spark.read.format("delta").load(str(place)).collect()]


def versions_of(folder: Path) -> dict[str, int]:
    """The newest version of every table, from its log."""
    found = {}
    for table in tables.ALL:
        commits = (folder / "warehouse" / table.name / "_delta_log").glob("*.json")
        newest = max((int(c.stem) for c in commits if c.stem.isdigit()), default=None)
        if newest is not None:
            found[table.name] = newest
    return found


def chain(spark, folder: Path) -> list[dict]:
    """Publications in the order of their chain; fails where they are no chain."""
    publications = [r for r in rows_of(spark, folder, tables.RUNS) if r["status"] == PUBLISHED]
    by_base = {r["base_run_id"]: r for r in publications}
    assert len(by_base) == len(publications), "two runs follow the same one"
    assert len({r["run_id"] for r in publications}) == len(publications), "a run is published twice"
    order, base = [], "none"
    while base in by_base:
        order.append(by_base.pop(base))
        base = order[-1]["run_id"]
    assert not by_base, "a published run is outside the chain"
    return order


def folded(changes: list[dict], order: list[str]) -> dict[tuple[str, str], bool]:
    """Members after the runs in this order: (person, segment) to whether it is the main one."""
    members: dict[tuple[str, str], bool] = {}
    for run_id in order:
        for change in (c for c in changes if c["run_id"] == run_id):
            place = (change["person_id"], change["segment_id"])
            if change["change"] == "left":
                assert place in members, "somebody left where they never were"
                del members[place]
            else:
                assert (place in members) == (change["change"] == "primary_changed"), change[
                    "change"
                ]
                members[place] = change["is_primary"]
    return members


def history(spark, folder: Path) -> dict[str, dict[str, Counter]]:
    """The rows of every ended run, by table and run, without their order."""
    ended = {
        r["run_id"]
        for r in rows_of(spark, folder, tables.RUNS)
        if r["status"] in (PUBLISHED, BACKFILLED)
    }
    found: dict[str, dict[str, Counter]] = {}
    for table in OF_A_RUN:
        by_run: dict[str, Counter] = {run_id: Counter() for run_id in ended}
        for row in rows_of(spark, folder, table):
            if row["run_id"] in ended:
                by_run[row["run_id"]][str(sorted(row.items(), key=lambda item: item[0]))] += 1
        found[table.name] = by_run
    return found


def check(
    spark,
    folder: Path,
    before: dict[str, dict[str, Counter]] | None = None,
    *,
    is_torn: bool = False,
) -> dict[str, dict[str, Counter]]:
    """Check the tables against every law; give their history, for the next check.

    The fold of published changes is the members; rows of ended runs stay; every row that was read
    has one fate. After a kill (`is_torn`) members may stand for an earlier run of the chain, as a
    whole.
    """
    order = [r["run_id"] for r in chain(spark, folder)]
    if order:
        members = rows_of(spark, folder, tables.SEGMENT_MEMBERS)
        changes = rows_of(spark, folder, tables.SEGMENT_CHANGES)
        stands_for = {m["run_id"] for m in members}
        assert stands_for == {order[-1]} or is_torn, "members stand for another run"
        upto = order[: order.index(stands_for.pop()) + 1] if stands_for else []
        assert {(m["person_id"], m["segment_id"]): m["is_primary"] for m in members} == folded(
            changes, upto
        )
    now = history(spark, folder)
    for name, by_run in (before or {}).items():
        for run_id, rows in by_run.items():
            assert not rows - now[name][run_id], f"{name}: rows of run {run_id} are gone or changed"
            is_named_later = (
                name == tables.SEGMENT_DEFINITIONS.name
            )  # a name given by hand is a version more
            assert is_named_later or not now[name][run_id] - rows, (
                f"{name}: run {run_id} has rows more"
            )
    for (source, batch), fates in batches(spark, folder).items():
        assert sum(fates.values()) == fates.read, f"{source} {batch}: a row has no fate, or two"
    return now


class Fates(Counter):
    """Rows of a batch by fate, and how many were read."""

    read = 0


def batches(spark, folder: Path) -> dict[tuple[str, str], Fates]:
    """The row account by batch."""
    found: dict[tuple[str, str], Fates] = {}
    for row in rows_of(spark, folder, tables.ROW_ACCOUNTS):
        fates = found.setdefault((row["source"], row["ingest_batch"]), Fates())
        fates[row["fate"]] += row["row_count"]
        fates.read = row["rows_read"]
    used = Counter((r["source"], r["ingest_batch"]) for r in rows_of(spark, folder, tables.EVENTS))
    for place, fates in found.items():
        assert used[place] == fates["used"], f"{place}: events are not what the account says"
    return found
