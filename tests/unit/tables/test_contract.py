"""What follows from the contract of a table."""

import pytest

from desirelines.tables import ALL
from desirelines.tables.contract import DAY, REAL, TEXT, TEXTS, WHOLE, Column, Table, person_column


def table(**changes):
    plain = {
        "name": "things", "grain": "one thing", "key": ("thing",), "erased_by": (),
        "written": "append",
        "columns": (
            Column("thing", TEXT, "a thing"), Column("on", DAY, "its day"),
            Column("size", REAL, "its size", unit="metres"), Column("words", TEXTS, "its words"),
            Column("weight", WHOLE, "what its owner weighs", personal=True),
            Column("run_id", TEXT, "the run"), person_column("person_id", "its owner"),
        ),
    }  # fmt: skip
    return Table(**(plain | changes))


def test_statistics_are_kept_of_plain_numbers_and_days_that_are_of_nobody():
    assert table().statistics_columns == ["on", "size", "run_id"]
    assert table(partition_by=("on",)).statistics_columns == ["size", "run_id"]
    assert table().properties["delta.dataSkippingStatsColumns"] == "on,size,run_id"


@pytest.mark.parametrize(
    ("written", "erased_by", "end"),
    [
        ("append", (), ""),
        ("replace all", ("person_id",), ""),
        ("replace run", (), "failed or were killed."),
        ("replace run", ("person_id",), "those of killed runs are deleted when their lease ends."),
    ],
)
def test_who_reads_a_staged_table_is_told(written, erased_by, end):
    given = table(written=written, erased_by=erased_by)
    assert given.is_staged is bool(end)
    assert given.for_readers.endswith(end)
    assert bool(given.for_readers) is bool(end)


def test_every_column_of_the_schema_says_what_it_means():
    schema = table().schema
    assert schema["size"].metadata == {"comment": "its size [metres]"}
    assert schema["words"].metadata == {"comment": "its words"}
    assert [f.name for f in schema] == table().column_names
    assert all(f.nullable for f in schema)


def test_the_version_stands_in_the_properties():
    assert table().properties["desirelines.contract"] == "1"
    assert table(version=3).properties["desirelines.contract"] == "3"


def test_a_contract_is_at_the_version_of_its_newest_column_or_later():
    for contract in ALL:
        assert max(c.since for c in contract.columns) <= contract.version, contract.name


def test_what_tells_the_age_of_rows_is_a_column():
    assert {t.name: t.expires_by for t in ALL if t.expires_by} == {
        "quarantined_events": "expires_on", "segment_evidence": "run_id",
    }  # fmt: skip
    assert all(t.expires_by in t.statistics_columns for t in ALL if t.expires_by)
