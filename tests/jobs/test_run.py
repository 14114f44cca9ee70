"""The whole pipeline through the real command line, on a shop of sixty people.

Stage by stage, a rerun, a second day, a backfill.
"""

import json

import pytest
from pyspark.sql import functions as F

from desirelines import tables
from desirelines.catalogue import FEATURES
from desirelines.clusters.fit import fit
from desirelines.columns.keys import key_of
from desirelines.history.membership_changes import to_members
from desirelines.stages import clusters as clusters_stage
from tests.support import shop

FIRST, SECOND = (0, 30), (30, 40)
TO_FEATURES = ("ingest-events", "resolve-identities", "build-sessions", "build-features")
TO_THE_END = ("fit-clusters", "assign-segments", "build-paths", "publish", "report")


def path(folder, name):
    return str(folder / "warehouse" / name)


def read(spark, folder, table):
    return spark.read.format("delta").load(path(folder, table.name))


def versions(spark, folder):
    found = {}
    for table in tables.ALL:
        if (folder / "warehouse" / table.name / "_delta_log").is_dir():
            found[table.name] = spark.sql(
                f"DESCRIBE HISTORY delta.`{path(folder, table.name)}` LIMIT 1"
            ).collect()[0]["version"]
    return found


def result(capsys):
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, spark, secret_files):
    """A shop after its first run, made stage by stage."""
    from desirelines.cli import main

    folder = tmp_path_factory.mktemp("shop")
    conf = shop.configure(folder)
    shop.write(folder / "in", "first.csv", shop.rows(*FIRST) + shop.mess())
    sets = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
    for stage in (*TO_FEATURES, *TO_THE_END):
        assert main([stage, "--conf", str(conf), "--format", "json", *sets]) == 0, stage
    return folder


def conf(folder):
    return ("--conf", str(folder / "conf.yaml"), "--format", "json")


def test_stages_one_by_one_are_one_run(spark, folder):
    assert read(spark, folder, tables.RUNS).select("run_id").distinct().count() == 1
    assert (folder / "report.html").exists()


def test_every_row_has_one_fate_and_the_sum_is_right(spark, folder):
    account = {
        r["fate"]: (r["row_count"], r["rows_read"])
        for r in read(spark, folder, tables.ROW_ACCOUNTS).collect()
    }
    regular = len(shop.rows(*FIRST))
    total = regular + 14
    assert account == {
        "used": (regular + 4, total),
        "duplicate": (2, total),
        "conflict": (1, total),
        "quarantined": (7, total),
    }
    assert read(spark, folder, tables.EVENTS).count() == regular + 4
    reasons = (
        read(spark, folder, tables.QUARANTINED_EVENTS)
        .select(F.explode("reasons").alias("r"))
        .groupBy("r")
        .count()
        .collect()
    )
    assert {r["r"]: r["count"] for r in reasons} == {
        "occurred_at: not a time": 3, "occurred_at: in the future": 3,
        "stream: no identifier of type cookie": 1,
        "event_id: another event has the same id and other content": 1,
    }  # fmt: skip
    raw = [json.loads(r["raw"]) for r in read(spark, folder, tables.QUARANTINED_EVENTS).collect()]
    expected = [
        r
        for r in shop.mess()
        if r["id"].startswith(("bad", "future", "nobody")) or r["url"] == "/elsewhere"
    ]
    assert sorted((r["id"], r["at"], "cookie" in r) for r in raw) == sorted(
        (r["id"], r["at"], r["cookie"] != "null") for r in expected
    )


def test_sessions_are_the_visits_without_the_robot(spark, folder):
    visits = {(r["cookie"], r["at"][:10]) for r in shop.rows(*FIRST)}
    sessions = read(spark, folder, tables.SESSIONS)
    assert sessions.count() == len(visits)
    assert sessions.agg(F.sum("event_count")).collect()[0][0] == len(shop.rows(*FIRST))
    assert sessions.select("session_id").distinct().count() == len(visits)
    assert [r["reason"] for r in read(spark, folder, tables.STREAM_TAGS).collect()] == ["bot_agent"]


def test_cookies_and_logins_are_one_person(spark, folder, secret_files):
    secret = secret_files["data"].read_bytes().strip()
    found = {r["key"]: r["person_id"] for r in read(spark, folder, tables.IDENTITY_MAP).collect()}
    for person in range(shop.PEOPLE):
        assert (
            found[key_of(secret, "user", f"user{person}")]
            == found[key_of(secret, "cookie", f"cookie{person}")]
        )
    assert len(set(found.values())) == shop.PEOPLE + 1  # and the robot


def test_three_kinds_of_people_are_three_clusters(spark, folder, secret_files):
    secret = secret_files["data"].read_bytes().strip()
    people = {r["key"]: r["person_id"] for r in read(spark, folder, tables.IDENTITY_MAP).collect()}
    members = read(spark, folder, tables.SEGMENT_MEMBERS).filter("is_primary").collect()
    cluster = {r["person_id"]: r["segment_id"] for r in members}
    kinds = [
        {cluster[people[key_of(secret, "user", f"user{p}")]] for p in range(k, shop.PEOPLE, 3)}
        for k in range(3)
    ]
    assert [len(k) for k in kinds] == [1, 1, 1]
    assert len(set.union(*kinds)) == 3


def test_a_cluster_is_named_by_what_tells_it_apart_the_most(spark, folder):
    names = {
        r["segment_id"]: r["name"]
        for r in read(spark, folder, tables.SEGMENT_DEFINITIONS).collect()
    }
    words = {f.name: (f.low, f.high) for f in FEATURES}
    profiles = read(spark, folder, tables.SEGMENT_PROFILES).filter("effect IS NOT NULL").collect()
    clusters = {p["segment_id"] for p in profiles if p["segment_id"].startswith("c-")}
    assert len(clusters) == 3
    for segment in clusters:
        strongest = max(
            (p for p in profiles if p["segment_id"] == segment), key=lambda p: abs(p["effect"])
        )
        assert words[strongest["feature"]][strongest["effect"] > 0] in names[segment]


def test_rule_segments_by_plain_python(spark, folder):
    members = read(spark, folder, tables.SEGMENT_MEMBERS)
    count = {
        r["segment_id"]: r["n"]
        for r in members.groupBy("segment_id").agg(F.count("*").alias("n")).collect()
    }
    as_of = read(spark, folder, tables.FEATURES).select("as_of").distinct().collect()
    assert [str(r["as_of"]) for r in as_of] == ["2026-02-04"]
    # abandoners' carts of the last full day before as_of are open; buyers answered theirs at once
    assert count["new_buyer"] == 20  # the first order of every buyer lies in the 30 days
    assert count["cart_abandoner"] == sum(
        1 for p in range(2, shop.PEOPLE, 3) if last_cart_is_a_day_old(p)
    )
    assert "lapsed" not in count


def last_cart_is_a_day_old(person):
    last = max(
        r["at"]
        for r in shop.rows(*FIRST)
        if r["cookie"] == f"cookie{person}" and r["event"] == "add"
    )
    return last <= "2026-02-03T00:00:00+00:00"


def test_the_same_again_changes_nothing_and_says_so(spark, folder, cli, capsys):
    before = versions(spark, folder)
    capsys.readouterr()
    assert cli("run", *conf(folder)) == 0
    assert result(capsys)["changed"] is False
    assert versions(spark, folder) == before


def test_readers_without_spark_read_equal_values(spark, folder):
    import deltalake
    import duckdb
    import duckdb_extensions
    import polars

    duckdb_extensions.import_extension("delta")
    connection = duckdb.connect()
    connection.execute("LOAD delta; SET TimeZone = 'UTC'")
    for table in (
        tables.SEGMENT_MEMBERS,
        tables.FEATURES,
        tables.SESSIONS,
        tables.EVENTS,
        tables.PATH_EDGES,
    ):
        order = list(table.key)
        wanted = [
            tuple(r)
            for r in read(spark, folder, table)
            .select(*table.column_names)
            .orderBy(*order)
            .collect()
        ]
        assert wanted, table.name
        arrow = deltalake.DeltaTable(path(folder, table.name)).to_pyarrow_table()
        by_polars = polars.scan_delta(path(folder, table.name)).collect()
        by_duckdb = connection.execute(
            f"SELECT * FROM delta_scan('{path(folder, table.name)}')"
        ).to_arrow_table()
        for other in (polars.from_arrow(arrow), by_polars, polars.from_arrow(by_duckdb)):
            found = other.select(table.column_names).sort(order).rows()
            assert [tuple(map(comparable, r)) for r in found] == [
                tuple(map(comparable, r)) for r in wanted
            ], table.name


def comparable(value):
    """Spark's Python gives local times without a zone; others give UTC with one."""
    if hasattr(value, "timestamp"):
        return round(value.timestamp(), 6)
    return value


def test_tables_are_as_contracted(spark, folder):
    from desirelines.io.tables.store import Warehouse
    from desirelines.settings.model import Warehouse as WarehouseSettings

    warehouse = Warehouse(spark, WarehouseSettings(path=str(folder / "warehouse"), buckets=4))
    written = [t for t in tables.ALL if warehouse.exists(t)]
    assert {t.name for t in tables.ALL} - {t.name for t in written} == {
        "consents",
        "identifiers",
        "suppressions",
        "identity_cuts",
    }
    assert {t.name: warehouse.problems(t) for t in written} == {t.name: [] for t in written}
    for table in written:
        rows = read(spark, folder, table)
        assert rows.count() == rows.select(*table.key).distinct().count(), (
            f"{table.name}: the key tells rows apart"
        )
        comments = {f.name: f.metadata.get("comment") for f in rows.schema.fields}
        assert comments == {c.name: c.comment for c in table.columns}


def test_no_log_holds_a_key_or_a_raw_identifier(spark, folder):
    keys = {r["key"] for r in read(spark, folder, tables.IDENTITY_MAP).collect()}
    needles = [*sorted(keys)[:5], "cookie1", "user1", "robotic"]
    logs = [f for f in (folder / "warehouse").rglob("*") if f.is_file() and "_delta_log" in f.parts]
    assert logs
    for file in logs:
        text = file.read_bytes().decode("utf-8", "replace")
        assert not [n for n in needles if n in text], file


def test_why_tells_what_is_known_of_a_person(cli, folder, capsys, monkeypatch):
    import io

    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("user3\n"))
    assert cli("why", "--identifier", "user", *conf(folder)) == 0
    known = result(capsys)
    assert {s["segment_id"] for s in known["segments"]} > {"new_buyer"}
    assert known["features"]["frequency"]["value"] == 10.0
    assert {i["type"] for i in known["identifiers"]} == {"user", "cookie"}
    assert cli("why", known["person_id"], *conf(folder)) == 0
    assert result(capsys) == known
    assert cli("why", "0" * 32, *conf(folder)) == 4
    assert cli("why", "--identifier", "user", *conf(folder)) == 2
    assert "nothing came on standard input" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("user3"))
    assert cli("why", "--identifier", "usr", *conf(folder)) == 2
    assert "did you mean 'user'?" in capsys.readouterr().err


def test_the_notebooks_run(folder, monkeypatch, capsys):
    import runpy
    from pathlib import Path

    monkeypatch.setenv("DESIRELINES_CONF", str(folder / "conf.yaml"))
    notebooks = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))
    assert notebooks
    for notebook in notebooks:
        assert notebook.read_text().startswith("# Databricks notebook source\n")
        found = runpy.run_path(str(notebook))
        assert found["sessions"].count() > 0


def test_plan_and_check_write_nothing(cli, folder, spark, capsys):
    before = {f: f.stat().st_mtime_ns for f in folder.rglob("*")}
    capsys.readouterr()
    assert cli("plan", *conf(folder)) == 0
    planned = result(capsys)
    assert [r["source"] for r in planned["reads"]] == ["shop"]
    assert {r["table"] for r in planned["writes"]} == {t.name for t in tables.ALL}
    assert cli("check", *conf(folder)) == 0
    findings = {f["what"]: f for f in result(capsys)}
    assert all(f["is_ok"] for f in findings.values())
    assert "1,000 rows" in findings["mapping shop"]["found"]
    assert {f: f.stat().st_mtime_ns for f in folder.rglob("*")} == before


def test_a_deep_check_finds_every_key_once_and_each_id_at_one_event(cli, folder, capsys):
    capsys.readouterr()
    assert cli("check", "--deep", *conf(folder)) == 0
    findings = {f["what"]: f for f in result(capsys)}
    there = {t.name for t in tables.ALL if (folder / "warehouse" / t.name / "_delta_log").is_dir()}
    assert {what for what in findings if what.startswith("keys of")} == {
        f"keys of {t}" for t in there - {"events"}
    }
    assert not [f for f in findings.values() if not f["is_ok"] or f["is_note"]]
    assert findings["event ids of shop"]["found"] == "each belongs to one event"


def test_everybody_has_words_and_a_segment_takes_a_name_by_hand(spark, folder, cli, capsys):
    labels = {r["person_id"]: r for r in read(spark, folder, tables.PERSON_LABELS).collect()}
    assert set(labels) == {r["person_id"] for r in read(spark, folder, tables.FEATURES).collect()}
    orders = {
        r["person_id"]: r["lifetime_orders"] for r in read(spark, folder, tables.FEATURES).collect()
    }
    assert {r["journey_stage"] for p, r in labels.items() if orders[p]} == {
        "loyal"
    }  # ten orders each
    assert {r["journey_stage"] for p, r in labels.items() if not orders[p]} == {
        "consider",
        "intent",
    }
    capsys.readouterr()
    assert cli("rename", segment_of_buyers(spark, folder), "Regular guests", *conf(folder)) == 0
    assert result(capsys)["version"] == 2
    assert cli("rename", "c-nobody", "Nobody", *conf(folder)) == 2


def segment_of_buyers(spark, folder):
    """The main segment of the person with the most orders."""
    members = read(spark, folder, tables.SEGMENT_MEMBERS).filter("is_primary")
    orders = read(spark, folder, tables.FEATURES).select("person_id", "lifetime_orders")
    return (
        members.join(orders, "person_id")
        .agg(F.max_by("segment_id", F.struct("lifetime_orders", "person_id")))
        .collect()[0][0]
    )


def test_a_second_day_reads_only_what_arrived_and_publishes_what_changed(
    spark, folder, cli, capsys, monkeypatch
):
    numbers = []
    monkeypatch.setattr(
        clusters_stage,
        "fit",
        lambda *given, **named: numbers.append(named["k_before"]) or fit(*given, **named),
    )
    first_members = (
        read(spark, folder, tables.SEGMENT_MEMBERS).select("person_id", "segment_id").collect()
    )
    shop.write(
        folder / "in", "second.csv", shop.rows(*SECOND) + shop.rows(*FIRST)[:5]
    )  # five redelivered
    capsys.readouterr()
    assert cli("run", *conf(folder)) == 0
    summary = result(capsys)
    assert summary["as_of"] == "2026-02-14"
    account = (
        read(spark, folder, tables.ROW_ACCOUNTS)
        .filter(F.col("run_id") == summary["run_id"])
        .collect()
    )
    assert {r["fate"]: r["row_count"] for r in account} == {
        "used": len(shop.rows(*SECOND)),
        "duplicate": 5,
    }
    whole = {(r["cookie"], r["at"][:10]) for r in shop.rows(FIRST[0], SECOND[1])}
    assert read(spark, folder, tables.SESSIONS).count() == len(whole)
    changes = read(spark, folder, tables.SEGMENT_CHANGES).filter(
        F.col("run_id") == summary["run_id"]
    )
    entered = {
        (r["person_id"], r["segment_id"]) for r in changes.filter("change = 'entered'").collect()
    }
    left = {(r["person_id"], r["segment_id"]) for r in changes.filter("change = 'left'").collect()}
    now = {
        (r["person_id"], r["segment_id"])
        for r in read(spark, folder, tables.SEGMENT_MEMBERS).collect()
    }
    assert now == ({tuple(r) for r in first_members} - left) | entered
    chain = spark.createDataFrame(
        [
            (read(spark, folder, tables.SEGMENT_CHANGES).agg(F.min("run_id")).collect()[0][0], 1),
            (summary["run_id"], 2),
        ],
        "run_id string, place long",
    )
    replayed = to_members(
        read(spark, folder, tables.SEGMENT_CHANGES), chain, run_id=summary["run_id"]
    )
    assert sorted(replayed.collect()) == sorted(
        read(spark, folder, tables.SEGMENT_MEMBERS).collect()
    )
    clusters = {r["segment_id"] for r in first_members if r["segment_id"].startswith("c-")}
    assert numbers == [len(clusters)]  # the fit knows the number of the run before
    assert {s for _, s in now if s.startswith("c-")} == clusters, (
        "a refit keeps the ids of clusters that are the same people"
    )
    newest = read(spark, folder, tables.SEGMENT_DEFINITIONS).orderBy("version").collect()
    aliases = {r["segment_id"]: r["alias"] for r in newest}
    assert {s for s, alias in aliases.items() if alias} == {segment_of_buyers(spark, folder)}
    assert "Regular guests" in (folder / "report.html").read_text()
    assert cli("history", *conf(folder)) == 0
    runs = result(capsys)
    assert [r["status"] for r in runs] == ["PUBLISHED", "PUBLISHED"]
    assert runs[1]["base_run_id"] == runs[0]["run_id"]
    assert (folder / "report.html").read_text().count("<svg") > 3


def test_an_older_as_of_is_a_backfill_outside_the_chain(spark, folder, cli, capsys):
    members = read(spark, folder, tables.SEGMENT_MEMBERS).collect()
    capsys.readouterr()
    assert cli("run", "--as-of", "2026-01-20", *conf(folder)) == 0
    summary = result(capsys)
    features = read(spark, folder, tables.FEATURES).filter("as_of = '2026-01-20'")
    assert features.agg(F.max("last_order_at") < F.lit("2026-01-20").cast("timestamp")).collect()[
        0
    ][0]
    assert sorted(read(spark, folder, tables.SEGMENT_MEMBERS).collect()) == sorted(members)
    assert cli("history", *conf(folder)) == 0
    runs = result(capsys)
    assert [(r["status"], r["base_run_id"]) for r in runs][2:] == [("BACKFILLED", "none")]
    assert cli("history", "--run-id", summary["run_id"], *conf(folder)) == 0
    assert cli("history", "--run-id", "nonsense", *conf(folder)) == 2


def test_what_a_crash_left_between_two_commits_is_mended_by_the_next_command(
    spark, folder, cli, capsys
):
    table = path(folder, "segment_members")
    wanted = sorted(spark.read.format("delta").load(table).collect())
    first = min(
        r["run_id"]
        for r in read(spark, folder, tables.RUNS).filter("status = 'PUBLISHED'").collect()
    )
    old = spark.read.format("delta").option("versionAsOf", 1).load(table)
    assert {r["run_id"] for r in old.collect()} == {first}
    old.write.format("delta").mode("overwrite").save(table)
    assert cli("run", *conf(folder)) == 0
    assert sorted(spark.read.format("delta").load(table).collect()) == wanted


OWN = """
features:
  path_words: 3
  own:
    - {name: adds, meaning: things put in the cart, unit: things, over: events, aggregate: count,
       where: kind = 'cart_add'}
    - {name: longest, meaning: longest session, unit: events, aggregate: max, of: event_count}
  occasions:
    # the day of a person's newest event stands for a date of theirs
    - {name: visit, property: at, lead_days: 0}
"""


def test_one_delivery_gives_the_same_tables_as_two_and_features_of_the_settings(
    spark, folder, cli, tmp_path
):
    shop.configure(tmp_path, OWN)
    mapping = tmp_path / "shop.yaml"
    mapping.write_text(mapping.read_text() + "properties: [at]\n")
    shop.write(tmp_path / "in", "all.csv", shop.rows(FIRST[0], SECOND[1]) + shop.mess())
    for stage in TO_FEATURES:
        assert cli(stage, *conf(tmp_path)) == 0, stage
    for table, columns in (
        (tables.SESSIONS, tables.SESSIONS.column_names),
        (
            tables.FEATURES,
            [
                c
                for c in tables.FEATURES.column_names
                if c not in ("run_id", "own_names", "own_values")
            ],
        ),
        (tables.PEOPLE, ["person_id", "first_seen_at", "bucket"]),
    ):
        newest = "as_of = '2026-02-14'" if table is tables.FEATURES else "true"
        one = (
            read(spark, tmp_path, table)
            .filter(newest)
            .select(*columns)
            .orderBy(*table.key)
            .collect()
        )
        two = (
            read(spark, folder, table).filter(newest).select(*columns).orderBy(*table.key).collect()
        )
        assert one == two, table.name
    people = read(spark, tmp_path, tables.FEATURES).collect()
    words = json.loads(
        read(spark, tmp_path, tables.RUN_PARAMETERS)
        .filter("name = 'path_words'")
        .collect()[0]["value"]
    )
    occasion = ["visit_share", "visit_lift", "visit_times"]
    assert all(
        r["own_names"] == [*occasion, "adds", "longest", *sorted(words["people"])] for r in people
    )
    added = (
        read(spark, tmp_path, tables.SESSIONS)
        .agg(F.sum("cart_add_count"), F.max("event_count"))
        .collect()[0]
    )
    assert (
        sum(r["own_values"][3] for r in people),
        max(r["own_values"][4] for r in people),
    ) == tuple(added)
    buyers = {1 / r["frequency"] for r in people if r["frequency"]}
    assert {
        r["own_values"][0] for r in people if r["frequency"]
    } == buyers  # the last visit, of all that ended in an order
    assert {r["own_values"][2] for r in people} == {1.0, None}
    assert len(words["people"]) == 3


def test_assign_scores_by_the_published_model_and_keeps_why(spark, folder, cli, capsys):
    published = max(
        r["run_id"]
        for r in read(spark, folder, tables.RUNS).filter("status = 'PUBLISHED'").collect()
    )
    models = read(spark, folder, tables.CLUSTER_MODELS)
    fitted = models.filter(F.col("run_id") == published).orderBy("cluster").collect()
    definitions = read(spark, folder, tables.SEGMENT_DEFINITIONS).count()
    capsys.readouterr()
    assert (
        cli("assign", "--set", "clusters.seed=8", *conf(folder)) == 0
    )  # a setting of fits makes it a run of its own
    run_id = result(capsys)["run_id"]
    taken = (
        read(spark, folder, tables.CLUSTER_MODELS)
        .filter(F.col("run_id") == run_id)
        .orderBy("cluster")
        .collect()
    )
    assert [r.asDict() | {"run_id": published} for r in taken] == [r.asDict() for r in fitted]
    assert {r["model_version"] for r in taken} == {published}
    assert read(spark, folder, tables.SEGMENT_DEFINITIONS).count() == definitions
    assert read(spark, folder, tables.CLUSTER_TRIALS).filter(F.col("run_id") == run_id).isEmpty()
    members = (
        read(spark, folder, tables.SEGMENT_MEMBERS)
        .filter("is_primary")
        .select("person_id", "segment_id")
        .collect()
    )
    evidence = (
        read(spark, folder, tables.SEGMENT_EVIDENCE).filter(F.col("run_id") == run_id).collect()
    )
    assert sorted(map(tuple, members)) == sorted(
        (r["person_id"], r["segment_id"]) for r in evidence
    )
    assert all(
        r["distance"] <= r["second_distance"] and r["segment_id"] != r["second_segment_id"]
        for r in evidence
    )
    assert read(spark, folder, tables.SEGMENT_EVIDENCE).select("run_id").distinct().count() == 3
