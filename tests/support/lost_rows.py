"""A job that keeps rows in every way, waits until an executor was killed, and reads them again.

`lost_rows.py FOLDER`: writes `kept` there when the rows are held, and goes on when it finds
`killed`.
"""

import sys
import time
from pathlib import Path

from desirelines.frames.keep import checkpointed, kept, settled
from desirelines.io.spark.session import spark_session

ROWS = 1000

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    spark, _ = spark_session()
    ways = {
        "kept": kept,
        "checkpointed": checkpointed,
        "lazily": lambda rows: checkpointed(rows, lazy=True),
        "settled": settled,
    }
    held = {name: way(spark.range(0, ROWS, 1, 4)) for name, way in ways.items()}
    for rows in held.values():
        rows.count()
    (folder / "kept").touch()
    while not (folder / "killed").exists():
        time.sleep(0.2)
    for name, rows in held.items():
        sys.stdout.write(f"{name}: {rows.count()}\n")
    spark.stop()
