"""Who is who over many deliveries, on real tables: increments, lasting cuts, links removed by hand.

Resolving costs seconds however little there is. So there is one story of deliveries, each case
has identifiers of its own, and all are looked at after every step.
"""

import itertools
import pickle
import random
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyspark.sql import functions as F

from desirelines import tables
from desirelines.identities.link_decisions import cuts_in_force
from desirelines.identities.links import to_links
from desirelines.operations.identity_links import decide
from desirelines.pipeline import RESOLVE
from desirelines.run.context import new_run
from desirelines.run.execute import execute
from desirelines.run.progress import Progress
from desirelines.settings import Settings
from desirelines.stages.identities import resolve
from tests.support.sources import source
from tests.support.tables import rows_of

TYPES = ("user", "email", "device", "cookie")
START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Deliveries:
    """A warehouse, a clock that moves on with every run, and a way to deliver events."""

    def __init__(self, spark, folder, runs_before=0):
        self.spark, self.folder = spark, folder
        self.numbers = itertools.count(runs_before + 1)

    def run(self):
        """A run of its own, a day after the one before."""
        number = next(self.numbers)
        ids = {t: t for t in TYPES}
        of = source(stream=["cookie", "device"], ids=ids).model_dump(by_alias=True)
        settings = Settings.model_validate(
            {"warehouse": {"path": str(self.folder / "warehouse")}, "sources": [of]}
        )
        now = START + timedelta(days=100 + number)
        return new_run(
            self.spark,
            settings,
            f"run{number:03d}",
            lambda: now,
            Progress(f"run{number:03d}"),
            requested_as_of=START.date(),
        )

    def deliver(self, events):
        """Events as (hour, {type: key}), into the tables as ingest writes them."""
        run = self.run()
        rows = [
            (START + hour * HOUR, *(ids.get(t) for t in TYPES), ids.get("alias"))
            for hour, ids in events
        ]
        used = self.spark.createDataFrame(
            rows,
            "occurred_at timestamp, user string, email string, device string, cookie string, "
            "alias string",
        )
        batch, facts = (
            f"q:{run.run_id[3:]}",
            {"source": F.lit("shop"), "run_id": F.lit(run.run_id)},
        )
        used = used.withColumns(facts | {"kind": F.lit("page"), "ingest_batch": F.lit(batch)})
        links = to_links(used, {t: t for t in TYPES}, login_type="user", alias_column="alias")
        run.warehouse.append_once(
            links.withColumns(facts | {"ingest_batch": F.lit(batch)}),
            tables.IDENTITY_LINKS,
            writer="t",
            number=int(run.run_id[3:]),
        )
        account = [(run.run_id, "shop", batch, "used", len(rows), len(rows))]
        run.warehouse.append_once(
            self.spark.createDataFrame(account, tables.ROW_ACCOUNTS.schema),
            tables.ROW_ACCOUNTS,
            writer="t",
            number=int(run.run_id[3:]),
        )
        known = {
            "stream_id": F.coalesce("cookie", "device"),
            "user_key": F.col("user"),
            "occurred_on": F.col("occurred_at").cast("date"),
        }
        events = used.withColumns(known)
        events = events.withColumns(
            {
                c.name: F.lit(None).cast(c.type)
                for c in tables.EVENTS.columns
                if c.name not in events.columns
            }
        )
        run.warehouse.append_once(events, tables.EVENTS, writer="t", number=int(run.run_id[3:]))
        execute(RESOLVE, run)
        return run

    def now(self):
        """The current state, without the names of runs."""
        read = self.run().warehouse.read
        cuts = cuts_in_force(read(tables.IDENTITY_CUTS), read(tables.SUPPRESSIONS))
        is_open = "to_run IS NULL"
        return {
            "map": rows_of(
                read(tables.IDENTITY_MAP).filter(is_open),
                "key",
                "person_id",
                "rule",
                "component",
                "first_seen_at",
            ),
            "owners": rows_of(
                read(tables.STREAM_OWNERS).filter(is_open),
                "stream_id",
                "person_id",
                "from_at",
                "to_at",
            ),
            "people": rows_of(read(tables.PEOPLE), "person_id", "first_seen_at"),
            "cuts": rows_of(cuts, "key", "other_key", "reason"),
        }


def household(seed, count=70):
    """Events of a few people with too few devices: shared ones, two addresses, an alias."""
    draw = random.Random(seed)
    events = []
    for hour in range(count):
        ids = {"cookie": f"c{draw.randrange(14)}"}
        if draw.random() < 0.3:
            ids["user"] = f"u{draw.randrange(9)}"
        if draw.random() < 0.2:
            ids["email"] = f"e{draw.randrange(9)}"
        if draw.random() < 0.2:
            ids["device"] = f"d{draw.randrange(8)}"
        if draw.random() < 0.05:
            ids |= {"user": f"u{draw.randrange(9)}", "alias": f"u{draw.randrange(9)}"}
        events.append((hour, ids))
    return events


FIRST = [
    (0, {"cookie": "old"}), (5, {"cookie": "new", "user": "uo"}),  # one person later
    (0, {"cookie": "still", "user": "us"}),
    # cb is unlinked by hand
    (0, {"cookie": "ca", "user": "ua"}), (1, {"cookie": "cb", "user": "ua"}),
    (0, {"cookie": "ce", "user": "ue"}), (1, {"cookie": "desk", "user": "ue"}),
    (2, {"cookie": "desk", "user": "gone"}), (10, {"cookie": "tablet", "user": "ut1"}),
    (11, {"cookie": "phone", "user": "ut1"}),
]  # fmt: skip
SECOND = [(9, {"cookie": "old", "user": "uo"}), (240, {"cookie": "tablet", "user": "ut2"})]
THIRD = [
    (20, {"cookie": "cb", "user": "ua"}),
    (21, {"cookie": "ce", "user": "ue"}),
    (22, {"cookie": "desk"}),
]


@dataclass
class Story:
    """The state after each step, the run of the second, and the warehouse as it is at the end."""

    first: dict
    second: dict
    anew: dict
    last: dict
    second_run: str
    deliveries: Deliveries

    def person(self, key, when="last"):
        """The person of an identifier after a step."""
        return {r[0]: r[1] for r in getattr(self, when)["map"]}[key]


def build(spark, folder: Path) -> None:
    """Tell the story: the warehouse at its end, and the state after each step beside it."""
    folder.mkdir(parents=True)
    deliveries = Deliveries(spark, folder)
    mixed = random.Random(1).sample(crowd := household(seed=4), len(crowd))
    deliveries.deliver(FIRST + mixed[::2])
    first = deliveries.now()
    second_run = deliveries.deliver(SECOND + mixed[1::2]).run_id
    second = deliveries.now()
    run = deliveries.run()
    resolve(run, None)
    anew = deliveries.now()
    gone = spark.createDataFrame([("token", True, run.clock())], tables.SUPPRESSIONS.schema)
    run.warehouse.append_once(gone, tables.SUPPRESSIONS, writer="t", number=1)
    for column in ("key", "other_key"):
        run.warehouse.delete(
            spark.createDataFrame([("gone",)], f"{column} string"), tables.IDENTITY_LINKS
        )
    assert decide(deliveries.run(), "ua", "cb", is_cut=True).is_one_person is False
    deliveries.deliver(THIRD)
    states = {"first": first, "second": second, "anew": anew, "last": deliveries.now()}
    told = (states, second_run, next(deliveries.numbers))
    (folder / "told.pickle").write_bytes(pickle.dumps(told))


def copy_to(spark, template: Path, folder: Path) -> Story:
    """The story, with a warehouse of its own."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    states, second_run, runs = pickle.loads((folder / "told.pickle").read_bytes())
    return Story(**states, second_run=second_run, deliveries=Deliveries(spark, folder, runs))
