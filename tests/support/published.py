"""A shop that was published once, and twice: built once, copied for each test, with its source.

Its source is copied too. It is a Delta table, which the checkpoint knows by its own id and not by
its place, so a copy continues where the original was. Tests that attack published tables start
here.
"""

import json
import shutil
from pathlib import Path

from pyspark.sql import functions as F

from desirelines import tables
from tests.support import shop

FIRST, SECOND, THIRD = (0, 24), (24, 30), (30, 34)
"""Days of the first run, of the second, and of a delivery that a test may make."""
TO_FEATURES = ("ingest-events", "resolve-identities", "build-sessions", "build-features")
STAGES = (*TO_FEATURES, "fit-clusters", "assign-segments", "build-paths", "publish", "report")
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
    """Append rows to the source of a folder. Its log has no statistics of identifiers."""
    schema = ", ".join(f"{c} string" for c in shop.COLUMNS)
    table = spark.createDataFrame(
        [tuple(r[c] for c in shop.COLUMNS) for r in rows], schema
    ).coalesce(1)
    writer = table.write.format("delta").option("delta.dataSkippingStatsColumns", "at")
    writer.mode("append").save(str(folder / "in"))


def build_first(spark, cli, folder: Path) -> None:
    """Publish the first days, stage by stage; only the first stage is told the run's name."""
    folder.mkdir(parents=True)
    conf = str(configure(folder))
    deliver(spark, folder, shop.rows(*FIRST) + shop.mess())
    named = ("--run-id", "first")
    for stage in STAGES:
        assert cli(stage, "--conf", conf, *(named if stage == STAGES[0] else ())) == 0, stage


def build(spark, cli, folder: Path, first: Path) -> None:
    """Publish the second days after the first."""
    conf = copy_to(first, folder)
    deliver(spark, folder, shop.rows(*SECOND))
    assert cli("run", "--conf", str(conf), "--run-id", "second") == 0


def copy_to(template: Path, folder: Path, extra: str = "") -> Path:
    """A copy that stands by itself; gives its configuration's path."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return configure(folder, extra)


def conf(folder: Path) -> tuple[str, ...]:
    """The words that name a folder's configuration and ask for JSON."""
    return "--conf", str(folder / "conf.yaml"), "--format", "json"


def path(folder: Path, name: str) -> str:
    """The place of a table."""
    return str(folder / "warehouse" / name)


def read(spark, folder: Path, table):
    """The rows of a table."""
    return spark.read.format("delta").load(path(folder, table.name))


def result(capsys):
    """What a command printed as JSON."""
    return json.loads(capsys.readouterr().out)


def segment_of_buyers(spark, folder):
    """The main segment of the person with the most orders."""
    members = read(spark, folder, tables.SEGMENT_MEMBERS).filter("is_primary")
    orders = read(spark, folder, tables.FEATURES).select("person_id", "lifetime_orders")
    return (
        members.join(orders, "person_id")
        .agg(F.max_by("segment_id", F.struct("lifetime_orders", "person_id")))
        .collect()[0][0]
    )
