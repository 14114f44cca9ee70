"""The statement that creates a table from its contract."""

from desirelines.io.tables.ddl import create_statement
from desirelines.tables.contract import DAY, TEXT, WHOLE, Column, Table, person_column


def test_a_table_is_created_with_its_words_layout_and_properties():
    table = Table(
        "things",
        grain="one thing's day",
        key=("person_id", "on"),
        columns=(
            person_column("person_id", "whose"),
            Column("on", DAY, "the day; \\ and ' are kept"),
            Column("n", WHOLE, "how many", unit="things"),
            Column("word", TEXT, "a word"),
        ),
        erased_by=("person_id",),
        written="append",
        partition_by=("on",),
    )
    statement = create_statement("`w`.`things`", table, table.properties)
    assert statement.startswith(
        "CREATE TABLE IF NOT EXISTS `w`.`things` ("
        "`person_id` string COMMENT 'whose', "
        "`on` date COMMENT 'the day; \\\\ and \\' are kept', "
        "`n` bigint COMMENT 'how many [things]', "
        "`word` string COMMENT 'a word') "
        "USING DELTA PARTITIONED BY (`on`) "
        "COMMENT 'one thing\\'s day. Key: person_id, on.' TBLPROPERTIES ("
    )
    assert "'delta.dataSkippingStatsColumns' = 'n'" in statement
