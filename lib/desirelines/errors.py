"""Errors that a user can act on, and the exit code of each kind.

A message says what is wrong, where, and what to do next. It never contains data of a person: no
identifier and no cell of a row.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_DONE = 0
EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_EMPTY = 4


class DesirelinesError(Exception):
    """Raised when a command cannot continue and the user can fix it; shown without a traceback."""

    exit_code = EXIT_UNEXPECTED


class SettingsError(DesirelinesError):
    """Raised when the configuration, a mapping or an argument is wrong; lists every mistake."""

    exit_code = EXIT_USAGE

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        heading = (
            f"{len(self.mistakes)} mistakes in the configuration:\n  "
            if len(self.mistakes) > 1
            else ""
        )
        super().__init__(heading + "\n  ".join(self.mistakes))


class MachineError(DesirelinesError):
    """Raised when the machine lacks something.

    Java, Python, Spark or Delta is missing or has a wrong version, or a folder cannot be written.
    """

    exit_code = EXIT_USAGE


class SourceError(DesirelinesError):
    """Raised when a source cannot be read, or its mapping names a column that does not exist."""

    exit_code = EXIT_USAGE

    @classmethod
    def missing_columns(
        cls, source: str, where: str, wanted: Iterable[str], found: Iterable[str]
    ) -> SourceError:
        """Build the error for a mapping that names columns its data does not have."""
        found = tuple(found)
        wanted = tuple(wanted)
        hints = [f"'{name}'{did_you_mean(name, found)}" for name in wanted]
        return cls(
            f"source '{source}': the mapping names {', '.join(hints)}, "
            f"which {where} does not have. It has: {', '.join(found)}. "
            "Fix `columns`, `ids` or `properties` in the source's mapping."
        )


class ContractError(DesirelinesError):
    """Raised when rows do not fit the contract of a table; lists all differences."""

    exit_code = EXIT_UNEXPECTED


class GateError(DesirelinesError):
    """Raised when a check before publication fails; nothing was published."""

    exit_code = EXIT_GATE


class AccountError(GateError):
    """Raised when the fates of the rows of a batch, or the rows in `events`, do not add up."""


class EmptyInputError(DesirelinesError):
    """Raised when a source, or the whole input, has no rows."""

    exit_code = EXIT_EMPTY


def exit_code_for(error: BaseException) -> int:
    """Return the exit code of the process for this error."""
    return error.exit_code if isinstance(error, DesirelinesError) else EXIT_UNEXPECTED


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest known word, or "" when none is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{matches[0]}'?)" if matches else ""
