"""People in batches, and the same counts however small these are."""

from tests.support.tables import rows_of
from tests.support.walks import edges_of


def test_people_are_counted_once_however_small_the_batches_are(spark):
    columns = (
        "grain",
        "segment_id",
        "from_step",
        "to_step",
        "transition_count",
        "people_count",
        "median_seconds",
    )
    whole = rows_of(edges_of(spark), *columns)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 1)
    try:
        assert rows_of(edges_of(spark), *columns) == whole
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
