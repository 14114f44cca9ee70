"""An existing table is compared with its contract: the same differences by Spark and without it."""

from dataclasses import replace

import pytest

from desirelines.io.tables.contract_check import found_by_spark, found_in_folder, problems_of
from desirelines.io.tables.first_commit import write_first_commit
from desirelines.tables import EVENTS, RUNS
from desirelines.tables.contract import CONTRACT, WHOLE, Column

OTHER = "as contracted", None, []
DIFFERENCES = [
    OTHER,
    (
        "a property",
        "SET TBLPROPERTIES ('delta.logRetentionDuration' = 'interval 30 days')",
        ["property delta.logRetentionDuration is 'interval 30 days', contracted 'interval 7 days'"],
    ),
    (
        "a feature",
        "SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
        [
            "reader version 3, contracted 1",
            "features ['deletionVectors'] that other readers may not know",
            "property delta.enableDeletionVectors is 'true', contracted 'false'",
        ],
    ),
    ("one more column, which is none of ours", "ADD COLUMNS (further string)", []),
]


@pytest.mark.parametrize(("_", "change", "expected"), DIFFERENCES, ids=[d[0] for d in DIFFERENCES])
def test_differences(spark, tmp_path, _, change, expected):
    write_first_commit(tmp_path / "t", EVENTS, EVENTS.properties)
    address = f"delta.`{tmp_path / 't'}`"
    if change is not None:
        spark.sql(f"ALTER TABLE {address} {change}")
    by_spark, in_folder = found_by_spark(spark, address), found_in_folder(tmp_path / "t")
    assert problems_of(in_folder, EVENTS) == problems_of(by_spark, EVENTS) == expected
    assert in_folder.columns == by_spark.columns


def test_a_column_that_is_missing_or_of_another_type(tmp_path):
    write_first_commit(tmp_path / "t", RUNS, RUNS.properties)
    columns = (*RUNS.columns[1:], replace(RUNS.columns[0], type=WHOLE), Column("new", WHOLE, "n"))
    asked = replace(RUNS, columns=columns)
    problems = problems_of(found_in_folder(tmp_path / "t"), asked)
    assert f"columns {['run_id', 'new']} are missing or of another type" in problems


VERSIONS = [
    (None, 1, 1, []),
    ("1", 1, 1, []),
    (None, 1, 2, ["it is at version 1 of its contract, and this package needs 2: run "
                  "`desirelines maintain`, which brings it there"]),
    ("3", 3, 2, ["it is at version 3 of its contract, and this package knows 2: a newer package "
                 "wrote it. Upgrade the package"]),
    ("new", None, 2, ["its property desirelines.contract is not a number: another program set it. "
                      "Set it to the version that the table has; this package creates it at 2"]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "found", "known", "expected"), VERSIONS)
def test_the_version_of_a_contract(tmp_path, written, found, known, expected):
    properties = {k: v for k, v in RUNS.properties.items() if k != CONTRACT}
    if written is not None:
        properties[CONTRACT] = written
    write_first_commit(tmp_path / "t", RUNS, properties)
    table = found_in_folder(tmp_path / "t")
    assert table.version == found
    assert problems_of(table, replace(RUNS, version=known)) == expected
