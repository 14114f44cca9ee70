"""On the demo's world one person is erased, then a thousand, and all others keep their rows."""

import json

import deltalake
import duckdb
import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.support.needles import Needles
from tests.support.worlds import ROOT, begun

pytestmark = [pytest.mark.campaign, pytest.mark.usefixtures("compiled")]

PEOPLE, MANY, SEED = 1_800, 1_000, 7
SOURCES = ("email_events", "orders", "support", "web_events")
BY_PERSON = [t for t in tables.ALL if t.erased_by]
GROUPED = (tables.IDENTITY_MAP, tables.PEOPLE, tables.STREAM_OWNERS)
"""Who uses a device with somebody erased is grouped anew in these tables: the stated exception."""


def rows_of(warehouse, table, shared, grouped_anew):
    """The rows of a table as JSON, without those on devices of several people."""
    rows = warehouse.read(table)
    left_out = shared.unionByName(grouped_anew) if table in GROUPED else shared
    for column in {"stream_id", "key", "person_id"} & set(rows.columns):
        rows = rows.join(left_out.withColumnRenamed("key", column), column, "left_anti")
    texts = rows.select(F.to_json(F.struct(*sorted(rows.columns)))).collect()
    return sorted(text for (text,) in texts)


def ids_of_events(warehouse):
    """Ids of events and of orders: a rejected row that holds one of theirs goes with them."""
    events = warehouse.read(tables.EVENTS)
    ids = [events.select(c).distinct().collect() for c in ("event_id", "order_id")]
    return {value for rows in ids for (value,) in rows if value}


def grouped_with(warehouse, shared):
    """Identifiers in one component with a device of several people: key."""
    now = warehouse.read(tables.IDENTITY_MAP).filter("to_run IS NULL")
    components = now.join(shared, "key").select("component").distinct()
    keys = now.join(components, "component", "left_semi").select("key").collect()
    return now.sparkSession.createDataFrame(keys, "key string")


def test_one_person_and_then_a_thousand(spark, tmp_path, secret_files, capsys):
    from desirelines.cli import main

    run, warehouse, secret = begun(spark, tmp_path, secret_files, PEOPLE, SEED)
    truth = spark.read.format("delta").load(str(tmp_path / "world" / "truth" / "people"))
    everybody = truth.filter("user_id IS NOT NULL").orderBy("user_id").collect()
    run("2026-02-05")
    capsys.readouterr()

    owners = warehouse.read(tables.STREAM_OWNERS).select("stream_id", "person_id")
    people_of = warehouse.read(tables.IDENTITY_MAP).filter("to_run IS NULL")
    logins = warehouse.read(tables.EVENTS).select("stream_id", F.col("user_key").alias("key"))
    by_login = logins.distinct().join(people_of, "key").select("stream_id", "person_id")
    several = owners.unionByName(by_login).groupBy("stream_id")
    counted = several.agg(F.count_distinct("person_id").alias("n")).filter("n > 1")
    shared = spark.createDataFrame([(row["stream_id"],) for row in counted.collect()], "key string")

    def keys_of(people):
        asked = spark.createDataFrame(
            [(key_of(secret, "user", p["user_id"]),) for p in people], "key string"
        )
        identities = warehouse.read(tables.IDENTITY_MAP)
        found = identities.join(asked, "key").select("person_id").distinct()
        theirs = identities.join(found, "person_id").select("key", "person_id")
        names = theirs.select(F.explode(F.array("key", "person_id")).alias("key")).distinct()
        return {row[0] for row in names.join(shared, "key", "left_anti").collect()}

    def command(*words):
        words = [*words, "--conf", str(ROOT / "conf" / "demo.yaml"), "--format", "json"]
        words += [f"--set=warehouse.path={tmp_path / 'warehouse'}"]
        words += [f"--set=report.path={tmp_path / 'report.html'}"]
        words += [f"--set=erasure.inbox={tmp_path / 'inbox'}"]
        words += [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
        code = main(words)
        return code, capsys.readouterr()

    def erase(people, *further):
        lines = [json.dumps({"user": p["user_id"], "email": p["email"]}) for p in people]
        (tmp_path / "request").write_text("\n".join(lines))
        return command("erase", "--request", str(tmp_path / "request"), "--now", *further)

    for people, further in (
        (everybody[:1], ()),
        (everybody[1 : 1 + MANY], ("--over-limit", "the contract with their shop ended")),
    ):
        raw = [text for p in people for text in (p["user_id"], p["email"])]
        needles = Needles(keys_of(people), raw)
        anew = grouped_with(warehouse, shared)
        there = [t for t in BY_PERSON if warehouse.exists(t)]
        before = {t.name: rows_of(warehouse, t, shared, anew) for t in there}
        ids = ids_of_events(warehouse)
        with_theirs = {n for n, rows in before.items() if any(map(needles.in_text, rows))}
        assert with_theirs >= {
            "events", "sessions", "identity_links", "identity_map", "people", "stream_owners",
            "features", "person_labels", "segment_members", "segment_changes", "segment_evidence",
        }  # fmt: skip
        if further:
            code, printed = erase(people)
            assert code == 3
            assert "would take" in " ".join(printed.err.split())
        code, printed = erase(people, *further)
        assert code == 0, printed.err
        assert [state["state"] for state in json.loads(printed.out)] == ["closed"]
        sources = [tmp_path / "world" / name for name in SOURCES]  # they are ours
        assert all(source.is_dir() for source in sources)
        folders = (tmp_path / "warehouse", *sources)
        files = [f for folder in folders for f in folder.rglob("*") if f.is_file()]
        assert [f.name for f in files if needles.in_file(f)] == []
        gone_ids = Needles([], ids - ids_of_events(warehouse))
        for table in BY_PERSON:
            if table.name in before:
                others = [r for r in before[table.name] if not needles.in_text(r)]
                now = rows_of(warehouse, table, shared, anew)
                if table is tables.QUARANTINED_EVENTS:
                    others, now = (
                        [r for r in rows if not gone_ids.in_text(r)] for rows in (others, now)
                    )
                assert now == others, table.name
                place = str(tmp_path / "warehouse" / table.name)
                arrow = deltalake.DeltaTable(place).to_pyarrow_table()
                (count,) = duckdb.from_arrow(arrow).count("*").fetchone()
                assert count == warehouse.read(table).count(), table.name

    _, printed = command("rebuild")
    compared = {row["table"]: row["is_same"] for row in json.loads(printed.out)["tables"]}
    whole = (*GROUPED, tables.SESSIONS)
    assert {table.name for table in whole if not compared[table.name]} == set()
