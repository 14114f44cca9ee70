"""MERGE statements, made of names and never of values."""

import pytest

from desirelines.io.tables.dml import delete_number_statement, delete_statement, merge_statement
from desirelines.tables.contract import DAY, TEXT, Column, Table

TABLE = Table(
    "things",
    grain="one thing on a day",
    key=("thing", "on"),
    columns=(Column("thing", TEXT, "a thing"), Column("on", DAY, "a day")),
    erased_by=(),
    written="merge",
)
SAME = "t.`thing` <=> n.`thing` AND t.`on` <=> n.`on`"


@pytest.mark.parametrize(
    ("given", "only_lower", "matched"),
    [
        ({}, False, ""),
        (
            {"update": ("note",)}, False,
            "WHEN MATCHED AND (NOT (t.`note` <=> n.`note`)) THEN UPDATE SET t.`note` = n.`note`",
        ),
        (
            {"update": ("a", "b"), "stamp": ("run_id",)}, False,
            "WHEN MATCHED AND (NOT (t.`a` <=> n.`a`) OR NOT (t.`b` <=> n.`b`)) "
            "THEN UPDATE SET t.`a` = n.`a`, t.`b` = n.`b`, t.`run_id` = n.`run_id`",
        ),
        (
            {"update": ("at",)}, True,
            "WHEN MATCHED AND (n.`at` < t.`at`) THEN UPDATE SET t.`at` = n.`at`",
        ),
    ],
)  # fmt: skip
def test_new_keys_are_inserted_and_others_changed_where_they_differ(given, only_lower, matched):
    assert merge_statement("`w`.`things`", "new", TABLE, **given, only_lower=only_lower) == (
        f"MERGE INTO `w`.`things` t USING new n ON {SAME} {matched} WHEN NOT MATCHED THEN INSERT *"
    )


def test_rows_are_deleted_by_a_join_that_finds_nulls_too():
    assert delete_statement("`w`", "gone", {"person_id": "`person_id`", "at": "`a`.`b.c`"}) == (
        "MERGE INTO `w` t USING gone g ON t.`person_id` <=> g.`person_id` AND t.`a`.`b.c` <=> "
        "g.`at` "
        "WHEN MATCHED THEN DELETE"
    )


def test_rows_with_a_number_are_deleted_by_it_alone():
    assert delete_number_statement("delta.`/t`", "`n`", 1) == "DELETE FROM delta.`/t` WHERE `n` = 1"
