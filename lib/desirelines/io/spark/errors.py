"""The kinds of errors of Spark and Java, in words of ours: theirs may quote cells of a row."""

from __future__ import annotations

import re

from desirelines.errors import DesirelinesError, MachineError, SourceError

_CONDITION = re.compile(r"\[([A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\.[A-Z0-9_]+)*)\]")
_EXCEPTION = re.compile(r"\b(?:[a-z]\w*\.)+([A-Z]\w*(?:Exception|Error))\b")
_SAYS_NOTHING = ("STREAM_FAILED", "FOREACH_BATCH_USER_FUNCTION_ERROR", "SparkException")
"""Kinds that say no more than that something failed."""
_OF_MACHINE = {
    "OutOfMemoryError": "Java ran out of memory. Give it more: `--set spark.driver_memory=8g`",
    "UNABLE_TO_ACQUIRE_MEMORY": "Java ran out of memory. Give it more: "
    "`--set spark.driver_memory=8g`",
    "No space left on device": "the disk is full. Free some of it, or set `TMPDIR` to another",
    "Permission denied": "a file or folder may not be read or written. Fix its permissions",
    "Py4JNetworkError": "Java has ended, perhaps because the machine ran out of memory. Run again; "
    "if it stays, with less `spark.driver_memory` than the machine has",
    "ConnectionRefusedError": "Java has ended, perhaps because the machine ran out of memory. Run "
    "again; if it stays, with less `spark.driver_memory` than the machine has",
}
"""What a machine lacks, by a part of the error."""
_OF_VALUES = re.compile(
    r"CAST_|ARITHMETIC_|DIVIDE_BY_ZERO|OVERFLOW|OUT_OF_RANGE|INVALID_ARRAY_INDEX|CANNOT_PARSE|"
    r"DATETIME_|INVALID_FRACTION|MALFORMED_RECORD"
)
"""Conditions of a value that an expression cannot take."""


def kind_of(error: BaseException) -> str:
    """The first condition of Spark that an error names, else the class of its first exception."""
    text = str(error)
    kinds = [*_CONDITION.findall(text), *_EXCEPTION.findall(text)]
    return next((kind for kind in kinds if kind not in _SAYS_NOTHING), type(error).__name__)


def machine_error(error: BaseException) -> MachineError | None:
    """The error as one of the machine, if it is one."""
    text = f"{type(error).__name__}: {error}"
    for part, what in _OF_MACHINE.items():
        if part in text:
            return MachineError(f"{what}. Nothing half-done is visible.")
    return None


def error_of_rows(error: Exception, source: str, *, has_expressions: bool) -> Exception:
    """An error that rows of a source raised, as one that names the source."""
    if isinstance(error, DesirelinesError):
        return error
    kind = kind_of(error)
    if has_expressions and _OF_VALUES.search(kind):
        return SourceError(
            f"source '{source}': an expression (`sql`) of its mapping fails on a value ({kind}). "
            "Nothing was written. Use a form that gives null instead, such as try_cast or "
            "try_divide."
        )
    error.add_note(f"source '{source}'")
    return error
