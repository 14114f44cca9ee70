"""A shop that was published twice: built once, copied for each test, whole with its source.

Its source is copied too. It is a Delta table, which the checkpoint knows by its own id and not by
its place, so a copy continues where the original was. Tests that attack published tables start
here.
"""

import shutil
from pathlib import Path

from tests.support import shop

FIRST, SECOND, THIRD = (0, 24), (24, 30), (30, 34)
"""Days of the first run, of the second, and of a delivery that a test may make."""
MAPPING = """
name: shop
format: delta
path: {path}
stream: [cookie]
columns: {{occurred_at: at, event_name: event, event_id: id, page: url, category: category, \
order_id: order, amount: paid, user_agent: agent}}
ids: {{cookie: cookie, user: user}}
kinds: {{view: product_view, add: cart_add, buy: purchase, login: login}}
"""


def configure(folder: Path, extra: str = "") -> Path:
    """Write mapping and configuration for a folder; give the configuration's path."""
    return shop.configure(folder, extra, MAPPING)


def deliver(spark, folder: Path, rows) -> None:
    """Append rows to the source of a folder."""
    schema = ", ".join(f"{c} string" for c in shop.COLUMNS)
    table = spark.createDataFrame(
        [tuple(r[c] for c in shop.COLUMNS) for r in rows], schema
    ).coalesce(1)
    table.write.format("delta").mode("append").save(str(folder / "in"))


def build(spark, cli, folder: Path) -> None:
    """Publish the first days, then the second."""
    folder.mkdir(parents=True)
    conf = configure(folder)
    deliver(spark, folder, shop.rows(*FIRST) + shop.mess())
    for run_id in ("first", "second"):
        assert cli("run", "--conf", str(conf), "--run-id", run_id) == 0, run_id
        if run_id == "first":
            deliver(spark, folder, shop.rows(*SECOND))


def copy_to(template: Path, folder: Path, extra: str = "") -> Path:
    """A copy that stands by itself; gives its configuration's path."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return configure(folder, extra)
