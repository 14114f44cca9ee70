"""What a failed stream means for its source."""

from desirelines.io.sources.stream_errors import as_source_error, as_table_error
from tests.support.sources import source

FAILED = "[STREAM_FAILED] Query [id = 1] terminated with exception: "


def test_a_stream_that_cannot_go_on_says_what_to_do_and_quotes_nothing():
    error = RuntimeError(f"{FAILED}[DELTA_SCHEMA_CHANGED_WITH_VERSION] ann@example.org")
    text = str(as_source_error(source(format="delta"), error))
    assert "source 'shop'" in text
    assert "(DELTA_SCHEMA_CHANGED_WITH_VERSION)" in text
    assert "`desirelines ingest-events --resync shop`" in text
    assert "ann@" not in text


def test_a_batch_begun_elsewhere_asks_for_its_path():
    error = RuntimeError(f"{FAILED}Wrong basePath /somewhere for the root path")
    assert "Set `path` back" in str(as_source_error(source(format="csv"), error))


def test_a_file_of_a_table_that_is_gone_is_named():
    reading = "Encountered error while reading file file:/t/p.parquet. x"
    text = f"[FAILED_READ_FILE.FILE_NOT_EXIST] {reading}"
    error = as_table_error(source(format="delta"), RuntimeError(text))
    assert "source 'shop': p.parquet of its table cannot be read (FAILED_READ_FILE." in str(error)
    assert "--resync shop" in str(error)
    assert as_table_error(source(format="delta"), RuntimeError("boom")) is None
