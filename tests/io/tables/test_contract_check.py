"""An existing table is compared with its contract: the same differences by Spark and without it."""

from dataclasses import replace

import pytest

from desirelines.io.tables.contract_check import found_by_spark, found_in_folder, problems_of
from desirelines.io.tables.first_commit import write_first_commit
from desirelines.tables import EVENTS, RUNS
from desirelines.tables.contract import WHOLE, Column

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
