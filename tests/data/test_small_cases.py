"""Small inputs after public bug reports, each with what should come of it; skipped without them.

Each is ingested in a folder of its own; the last ones are run whole.
"""

import shutil
from collections import Counter
from datetime import UTC, datetime

import pytest
import yaml
from pyspark.sql import functions as F

from tests.conftest import SHARED_DATA
from tests.data.test_public_data import table

CASES = SHARED_DATA.parent / "cases"

INGESTED = {
    "01-zone-suffixes": (0, {"used": 12, "quarantined": 1}, ""),
    "02-patterns-with-tail": (0, {"used": 7}, ""),
    "03-far-years": (0, {"used": 2, "quarantined": 1}, ""),
    "03c-millis-among-seconds": (0, {"used": 4, "quarantined": 1}, ""),
    "03f-end-of-time": (0, {"used": 1, "quarantined": 1}, ""),
    "05-pattern-iso8601": (2, {}, "ISO8601"),
    "05-pattern-typo_epoch": (2, {}, "did you mean epoch_seconds"),
    "05-pattern-weekday": (2, {}, "E"),
    "06-csv-index-column": (0, {"used": 3}, ""),
    "07-csv-trailing-comma": (0, {"used": 2}, ""),
    "09-mongo-id-csv": (0, {"used": 2}, ""),
    "10-latin1": (4, {"quarantined": 3}, "encoding"),
    "11-stray-quote": (0, {"used": 3, "quarantined": 1}, ""),
    "11c-backslash-escape": (0, {"used": 2, "quarantined": 1}, ""),
    "12-semicolons": (2, {}, "delimiter"),
    "13-utf16": (2, {}, "encoding"),
    "14b-header-spaces": (0, {"used": 1}, ""),
    "16-colon-in-file-name": (2, {}, "clicks-2024-07-01T12:00:00.csv"),
    "16d-folder-name": (2, {}, "my files [2024]"),
    "17-nested-day-folders": (0, {"used": 2}, ""),
    "17d-nested-by-pattern": (0, {"used": 1}, ""),
    "18-truncated-gzip": (5, {}, "a.csv.gz"),
    "19-dots-and-words": (0, {"used": 1}, ""),
    "19d-json-key-with-dot": (0, {"used": 2}, ""),
    "20-parquet-nanos": (0, {"used": 2}, ""),
    "22-float-ids": (0, {}, ""),
    "24-null-like-ids": (0, {"used": 66, "quarantined": 2}, ""),
    "43-segment-as-delivered": (0, {}, ""),
    "51-json-objects-in-one-line": (0, {"used": 1, "quarantined": 1}, ""),
}
"""Exit code, rows by fate (empty: not looked at here), and a part of what is said."""


@pytest.fixture
def case(cli, capsys, tmp_path):
    """Runs a command on a copy of a case; gives the exit code and what was said."""

    def run(name, command="ingest-events"):
        if not CASES.is_dir():
            pytest.skip(f"the small cases are not here ({CASES})")
        if not (tmp_path / name).is_dir():
            shutil.copytree(CASES / name, tmp_path / name)
        folder = tmp_path / name
        conf = yaml.safe_load((folder / "desirelines.yaml").read_text())
        # Spark of the tests runs in another folder, so paths are made absolute.
        sets = ["--set", f"warehouse.path={folder / 'warehouse'}"]
        sets += ["--set", f"report.path={folder / 'report.html'}"]
        for number, source in enumerate(conf["sources"]):
            path = yaml.safe_load((folder / source).read_text())["path"]
            sets += ["--set", f"sources.{number}.path={folder / path}"]
        capsys.readouterr()
        code = cli(command, "--conf", str(folder / "desirelines.yaml"), *sets)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def fates(spark, folder):
    accounts = table(spark, folder, "row_accounts").collect()
    return dict(sum((Counter({r["fate"]: r["row_count"]}) for r in accounts), Counter()))


@pytest.mark.parametrize("name", INGESTED)
def test_what_comes_of_a_small_input(spark, case, tmp_path, name):
    expected_code, expected_fates, text = INGESTED[name]
    code, said = case(name)
    assert code == expected_code, said
    assert text in said
    assert "unexpected" not in said
    if expected_fates:
        assert fates(spark, tmp_path / name) == expected_fates


def times(spark, folder):
    events = table(spark, folder, "events")
    rows = events.selectExpr("event_name", "date_format(occurred_at, 'dd HH:mm') AS at").collect()
    return {r["event_name"]: r["at"] for r in rows}


def test_a_zone_in_the_text_counts_once(spark, case, tmp_path):
    case("01-zone-suffixes")
    assert times(spark, tmp_path / "01-zone-suffixes") == {
        "iso_z": "01 12:00", "iso_offset": "01 10:00",
        "offset_compact": "01 10:00", "postgres_short_offset": "01 10:00",
        "postgres_short_neg": "01 17:00", "postgres_half_hour": "01 06:30",
        "bigquery_utc": "01 12:00", "bigquery_utc_us": "01 12:00", "gmt": "01 12:00",
        "region": "01 16:00", "gmt_offset": "01 10:00", "plain_local": "01 10:00",
    }  # fmt: skip
    case("02-patterns-with-tail")
    assert times(spark, tmp_path / "02-patterns-with-tail") == {
        "day_last_year": "30 22:00", "time_then_day": "01 10:00", "compact_dash": "01 10:00",
        "zone_in_the_middle": "01 12:00", "zone_name_in_pattern": "01 10:00",
        "slashes": "01 10:00", "two_digit_year": "01 10:00",
    }  # fmt: skip


def test_a_cell_without_a_day_is_not_today(spark, case, tmp_path):
    assert case("04b-one-cell-without-a-day")[0] == 0
    events = table(spark, tmp_path / "04b-one-cell-without-a-day", "events")
    assert events.filter("occurred_on > DATE '2024-12-31'").count() == 0


def test_numbers_as_identifiers_are_the_same_whatever_their_type(spark, case, tmp_path):
    assert case("22-float-ids")[0] == 0
    events = table(spark, tmp_path / "22-float-ids", "events")
    shared = events.groupBy("stream_id").agg({"source": "collect_set"}).collect()
    assert sorted(len(r[1]) for r in shared)[-2:] == [3, 3]  # 12345678 and 123 at every source


def test_a_word_for_nobody_joins_no_two_people(spark, case, tmp_path):
    assert case("24-null-like-ids")[0] == 0
    assert case("24-null-like-ids", "resolve-identities")[0] == 0
    people = table(spark, tmp_path / "24-null-like-ids", "identity_map")
    joined = people.filter("key_type = 'cookie'").groupBy("person_id").count().filter("count > 1")
    assert joined.count() == 0


def test_orders_and_money_of_a_shop(spark, case, tmp_path):
    for command in ("ingest-events", "build-sessions"):
        assert case("40-orders", command)[0] == 0
    folder = tmp_path / "40-orders"
    orders = table(spark, folder, "events").select("stream_id", "order_id").distinct()
    sums = (
        table(spark, folder, "sessions")
        .groupBy("stream_id")
        .agg(*({"order_count": "sum", "amount": "sum", "refunded": "sum"},))
    )
    got = {
        r["order_id"]: (r["sum(order_count)"], int(r["sum(amount)"]), int(r["sum(refunded)"]))
        for r in orders.join(sums, "stream_id").collect()
    }
    assert {o: got[o] for o in ("O1", "O2", "O3", "O5", "O6", "O7", "O8", "O14")} == {
        "O1": (1, 60, 0), "O2": (1, 30, 0), "O3": (1, 50, 0), "O5": (1, 40, 15),
        "O6": (1, 40, 15), "O7": (1, 40, 40), "O8": (1, 0, 0), "O14": (1, 30, 0),
    }  # fmt: skip


def test_amounts_that_do_not_fit_are_no_money(case):
    for command in ("ingest-events", "build-sessions"):
        code, said = case("40b-huge-amounts", command)
        assert code == 0, said
        assert "60000000000000" not in said.replace(",", "")


def test_one_request_by_a_library_is_a_bots_and_the_person_s_orders_stay(spark, case, tmp_path):
    for command in ("ingest-events", "build-sessions"):
        code, said = case("48-bot-agents", command)
        assert code == 0, said
    assert "15 events: 2 of bots" in said


@pytest.mark.parametrize("name", ["47a-one-person", "47b-two-people"])
def test_few_people_are_published_as_one_group(case, name):
    code, said = case(name, "run")
    assert code == 0, said
    assert "average (" not in said


def conversions(spark, folder):
    steps = table(spark, folder, "funnel_steps").filter("segment_id = 'all'").collect()
    return {(r["funnel"], r["step_no"]): r["reached_count"] for r in steps}


def test_steps_of_one_second_and_messages_that_waited_are_in_order(spark, case, tmp_path):
    assert case("46-funnels", "run")[0] == 0
    reached = conversions(spark, tmp_path / "46-funnels")
    assert reached["two_hours", 2] >= reached["two_hours", 1] // 2
    assert case("50-stalled-batch", "run")[0] == 0
    reached = conversions(spark, tmp_path / "50-stalled-batch")
    assert (reached["shop", 1], reached["shop", 2]) == (12, 12)


def test_what_is_no_whole_time_is_in_quarantine(spark, case, tmp_path):
    assert case("04-time-only")[0] == 0
    events = table(spark, tmp_path / "04-time-only", "events")
    used = {r["event_name"] for r in events.select("event_name").collect()}
    assert used == {"full", "one_digit", "comma_fraction", "nano_fraction"}
    assert events.filter("occurred_on >= DATE '2025-01-01'").count() == 0


def test_ends_of_lines_and_invisible_spaces_are_no_part_of_a_value(spark, case, tmp_path):
    assert case("14-bom-crlf-mixed")[0] == 0
    events = table(spark, tmp_path / "14-bom-crlf-mixed", "events")
    kinds = {
        (r["source"], r["kind"]): r["count"]
        for r in events.groupBy("source", "kind").count().collect()
    }
    assert (kinds["mixed", "page"], kinds["mixed", "purchase"]) == (2, 2)
    assert kinds["tab", "page"] == 4  # `View` is another word
    assert kinds["bom", "page"] == 1


def test_a_file_that_grew_is_told_by_its_name(case, tmp_path):
    assert case("36-growing-csv")[0] == 0
    with (tmp_path / "36-growing-csv" / "in" / "a.csv").open("a") as file:
        file.write("2024-07-02 12:00:00,view,u9\n")
    _, said = case("36-growing-csv")
    assert "a.csv" in said
    assert "--resync a" in said


COLUMNS = "id string, ts timestamp, action string, login string, paid decimal(10,2)"


def views(spark, *numbers):
    """One view a number, a minute apart."""
    rows = [
        (f"e{n}", datetime(2024, 7, 1, 12, n, tzinfo=UTC), "view", f"u{n}", None) for n in numbers
    ]
    return spark.createDataFrame(rows, COLUMNS)


@pytest.fixture
def delta_case(case, tmp_path):
    """A copy of a case whose Delta source a test makes; gives the source's folder."""

    def copied(name):
        if not CASES.is_dir():
            pytest.skip(f"the small cases are not here ({CASES})")
        shutil.copytree(CASES / name, tmp_path / name)
        return tmp_path / name / "src"

    return copied


def test_a_merge_with_deletion_vectors_is_told(spark, case, delta_case):
    source = delta_case("30-delta-merge-dv")
    spark.sql(
        f"CREATE TABLE delta.`{source}` ({COLUMNS}) USING delta "
        "TBLPROPERTIES (delta.enableDeletionVectors = true)"
    )
    views(spark, 1, 2, 3, 4, 5).coalesce(1).write.format("delta").mode("append").save(str(source))
    assert case("30-delta-merge-dv")[0] == 0
    views(spark, 1, 6, 7).withColumn("action", F.lit("buy")).createOrReplaceTempView("changes")
    spark.sql(
        f"MERGE INTO delta.`{source}` t USING changes s ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    spark.catalog.dropTempView("changes")
    _, said = case("30-delta-merge-dv")
    assert "MERGE" in said
    assert "--resync a" in said


def test_a_source_whose_column_has_another_type_is_refused_with_advice(spark, case, delta_case):
    source = delta_case("32-delta-int-to-string")
    for numbers, kind in (((1, 2), "int"), ((1, 2, 3), "string")):
        rows = views(spark, *numbers)
        rows = rows.withColumn("login", rows["login"].substr(2, 9).cast(kind))
        writer = rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true")
        writer.save(str(source))
        code, said = case("32-delta-int-to-string")
        assert code == (0 if kind == "int" else 2), said
    assert "--resync a" in said
    assert "unexpected" not in said


def test_a_day_by_dynamic_partition_overwrite_is_read_and_not_told_as_unread(
    spark, case, delta_case, tmp_path
):
    source = delta_case("35-delta-partition-overwrite")
    for day in (1, 2):
        rows = views(spark, day).selectExpr("*", f"date'2024-07-0{day}' AS dt")
        writer = rows.write.format("delta").mode("overwrite").partitionBy("dt")
        writer.option("partitionOverwriteMode", "dynamic").save(str(source))
        code, said = case("35-delta-partition-overwrite")
        assert code == 0, said
    assert "--resync" not in said
    assert table(spark, tmp_path / "35-delta-partition-overwrite", "events").count() == 2
