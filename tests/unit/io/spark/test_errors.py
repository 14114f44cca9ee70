"""What kind of error it was, without a word of the rows."""

import pytest

from desirelines.errors import EmptyInputError, SourceError
from desirelines.io.spark.errors import error_of_rows, kind_of, machine_error

FAILED = "[STREAM_FAILED] Query [id = 1] terminated with exception: "
CAST = "[CAST_INVALID_INPUT] The value 'ann@example.org' of the type STRING cannot be cast"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{FAILED}[DELTA_SCHEMA_CHANGED] Detected", "DELTA_SCHEMA_CHANGED"),
        (f"{FAILED}[FAILED_READ_FILE.FILE_NOT_EXIST] x", "FAILED_READ_FILE.FILE_NOT_EXIST"),
        (f"{FAILED}Failed to read log file /w/offsets/0. Incomplete log file", "RuntimeError"),
        ("An error.\n: com.exc.MismatchedInputException: No", "MismatchedInputException"),
        (f"o1.collect.\n: org.apache.spark.SparkException: {CAST}", "CAST_INVALID_INPUT"),
        ("ann@example.org", "RuntimeError"),
    ],
)
def test_an_error_is_known_by_the_condition_inside_it(text, kind):
    assert kind_of(RuntimeError(text)) == kind


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError(": java.lang.OutOfMemoryError: Java heap space"), "spark.driver_memory"),
        (OSError("[Errno 28] No space left on device"), "the disk is full"),
        (RuntimeError("java.io.IOException: Permission denied"), "Fix its permissions"),
        (ConnectionRefusedError(111, "Connection refused"), "Java has ended"),
        (RuntimeError(CAST), None),
    ],
)
def test_what_the_machine_lacks_is_told(error, words):
    lacking = machine_error(error)
    assert (lacking is None) if words is None else (words in str(lacking))
    assert lacking is None or lacking.exit_code == 2


def test_an_error_of_rows_names_its_source():
    known = EmptyInputError("nothing")
    assert error_of_rows(known, "shop", has_expressions=True) is known
    of_value = error_of_rows(RuntimeError(CAST), "shop", has_expressions=True)
    assert isinstance(of_value, SourceError)
    assert "source 'shop': an expression (`sql`) of its mapping fails" in str(of_value)
    assert "ann" not in str(of_value)
    unknown = error_of_rows(RuntimeError("boom"), "shop", has_expressions=True)
    assert (type(unknown), unknown.__notes__) == (RuntimeError, ["source 'shop'"])
