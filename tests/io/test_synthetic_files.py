"""A world is written as it is, and as Delta so that people can be erased from it."""

import json

from desirelines.io.sources.own_tables import hindrances
from desirelines.io.synthetic_files import write_world
from tests.support.sources import source


def test_a_delta_world_keeps_its_rows_and_its_log_names_nobody(spark, tmp_path):
    rows = [("ann@b.c", "sent"), ("ben@b.c", None)]
    raw = {"email_events": spark.createDataFrame(rows, "email string, event string")}
    (written,) = write_world(raw, {}, tmp_path / "world", "delta")
    of = source(format="delta", path=written["path"], ids={"email": "email"}, stream=["email"])
    back = spark.read.format("delta").load(of.path)
    assert sorted(back.collect()) == sorted(raw["email_events"].collect())
    assert hindrances(spark, of, ["email"]) == []
    log = (tmp_path / "world/email_events/_delta_log" / f"{0:020d}.json").read_text()
    assert "b.c" not in log
    actions = [json.loads(line) for line in log.splitlines()]
    adds = [json.loads(action["add"]["stats"]) for action in actions if "add" in action]
    assert sum(stats["numRecords"] for stats in adds) == 2
