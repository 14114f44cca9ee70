"""The sums of batches in the tables: fates in the account, events, and rows in quarantine."""

from collections import Counter

from desirelines import tables
from tests.support import shop

HELD = ("quarantined", "late", "conflict")


def read(spark, folder, table):
    return spark.read.format("delta").load(str(folder / "warehouse" / table.name))


def delivered(folder, rows, name="first.csv"):
    """Write rows and a configuration; give the arguments that name it."""
    shop.write(folder / "in", name, rows)
    return "--conf", str(shop.configure(folder))


def fates(spark, folder):
    """Rows by fate, of source batches and of requeues.

    Each batch adds up, also with `events` and with quarantine.
    """
    accounts = read(spark, folder, tables.ROW_ACCOUNTS).collect()
    of_batch, rows_read, found = Counter(), {}, Counter()
    for r in accounts:
        of_batch[r["ingest_batch"]] += r["row_count"]
        rows_read[r["ingest_batch"]] = r["rows_read"]
        found["requeue" if r["ingest_batch"].startswith("requeue-") else "source", r["fate"]] += r[
            "row_count"
        ]
    assert of_batch == rows_read
    in_events = read(spark, folder, tables.EVENTS).groupBy("ingest_batch").count().collect()
    assert {r[0]: r[1] for r in in_events} == {
        r["ingest_batch"]: r["row_count"] for r in accounts if r["fate"] == "used"
    }
    held = sum(count for (_, fate), count in found.items() if fate in HELD)
    requeued = sum(count for batch, count in of_batch.items() if batch.startswith("requeue-"))
    assert waiting(spark, folder) == held - requeued
    return dict(found)


def events(spark, folder):
    """Ids of the events, each there once."""
    found = [r["event_id"] for r in read(spark, folder, tables.EVENTS).select("event_id").collect()]
    assert len(found) == len(set(found))
    return set(found)


def waiting(spark, folder):
    """Rows in quarantine."""
    if not (folder / "warehouse" / tables.QUARANTINED_EVENTS.name).exists():
        return 0
    return read(spark, folder, tables.QUARANTINED_EVENTS).count()
