"""No command writes a key or raw identifier outside table data: all logs are read each time."""

import io

import pytest

from desirelines.cli import main
from desirelines.columns.keys import key_of
from desirelines.io.tables.store import Warehouse
from desirelines.settings.model import Warehouse as WarehouseSettings
from desirelines.tables import ALL, CONSENTS, IDENTIFIERS
from tests.support import published, shop
from tests.support.needles import KEYS, Needles, keys_of, scan

pytestmark = pytest.mark.integration


@pytest.fixture
def look(published_shop, secret_files):
    """Reads everything written since the last look; it must name no key or identifier."""
    seen = set()
    rows = shop.rows(published.FIRST[0], published.THIRD[1]) + shop.mess()
    raw = {row[column] for row in rows for column in ("cookie", "user", "order")} - {"", "null"}
    raw |= {file.read_text() for file in secret_files.values()}

    def needles():
        keys = keys_of(published_shop / "warehouse")
        assert len(keys) > 500
        return Needles(keys, raw)

    def now(command):
        known = needles()
        found = scan(published_shop / "warehouse", known, seen=seen)
        assert (found, known.in_file(published_shop / "report.html")) == ({}, set()), command

    now.needles = needles
    now("run")  # twice, before the test began
    return now


@pytest.fixture
def command(published_shop, secret_files, monkeypatch):
    """Runs a command on the shop; it must end with 0, or with the given code."""

    def run(*words, stdin="", code=0):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        sets = [f"--set=secrets.{name}_file={file}" for name, file in secret_files.items()]
        assert main([*words, "--conf", str(published_shop / "conf.yaml"), *sets]) == code, words

    return run


def segment(spark, folder):
    definitions = spark.read.format("delta").load(str(folder / "warehouse" / "segment_definitions"))
    return definitions.filter("kind = 'cluster'").agg({"segment_id": "min"}).collect()[0][0]


def test_no_command_writes_a_key_or_a_raw_identifier_into_a_log(
    spark, published_shop, secret_files, command, look
):
    both, key = (
        "user user3\ncookie cookie3",
        key_of(secret_files["data"].read_bytes(), "user", "user4"),
    )
    for words, stdin in (
        (("why", "--identifier", "user"), "user3"),
        (("why", key), ""),
        (("identity", "explain", "--stdin"), "user user3"),
        (("report",), ""),
        (("identity", "unlink", "--stdin"), both),
        (("identity", "relink", "--stdin"), both),
        (
            (
                "identity",
                "unlink",
                key,
                key_of(secret_files["data"].read_bytes(), "cookie", "cookie4"),
            ),
            "",
        ),
        (("rename", segment(spark, published_shop), "Regular guests"), ""),
        (("requeue", "--set", "identity.junk_values=[none]"), ""),
    ):
        command(*words, stdin=stdin)
        look(words)
    command("rebuild", code=3)  # other than before: a row came in, and a link was taken apart
    look("rebuild")


def test_neither_does_an_ingest_with_consent_and_kept_values_nor_mlflow(
    spark, published_shop, command, look
):
    """The other stages are covered by the two runs that the first look reads."""
    published.deliver(spark, published_shop, shop.rows(*published.THIRD))
    mapping = published_shop / "shop.yaml"
    text = mapping.read_text().replace("user: user}", "user: {column: user, keep_value: true}}")
    mapping.write_text(
        text.replace("user_agent: agent", "user_agent: agent, consent: {value: granted}")
    )
    for words in (
        ("ingest-events",),
        (
            "fit-clusters",
            "--run-id",
            "fitted",
            "--as-of",
            "2026-02-04",
            "--set",
            "tracking.enabled=true",
        ),
    ):
        command(*words)
        look(words)
    there = {p.name for p in (published_shop / "warehouse").iterdir()}
    assert there >= {CONSENTS.name, IDENTIFIERS.name, "_checkpoints", "_mlflow"}


def test_a_statement_with_a_literal_would_be_seen(spark, published_shop, look):
    """Checks the look itself: the same statement with the key as a literal, and as data."""
    warehouse = Warehouse(
        spark, WarehouseSettings(path=str(published_shop / "warehouse"), buckets=4)
    )
    needles, seen_in = look.needles(), []
    for table in (t for t in ALL if t.erased_by and t.erased_by[0] in KEYS and warehouse.exists(t)):
        column = table.erased_by[0]
        values = warehouse.read(table).select(column).distinct().orderBy(column).limit(2).collect()
        one, other = values[0][0], values[-1][0]
        if one != other:  # of a table with one row the row is for the literal
            warehouse.delete(spark.createDataFrame([(one,)], f"{column} string"), table)
            assert scan(published_shop / "warehouse" / table.name, needles) == {}
        spark.sql(f"DELETE FROM {warehouse.address(table.name)} WHERE {column} = '{other}'")
        found = scan(published_shop / "warehouse" / table.name, needles)
        assert set().union(*found.values()) == {other}, table.name
        seen_in.append(table.name)
    assert len(seen_in) >= 10
