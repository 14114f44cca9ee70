"""Everything that can go wrong in a way a user can act on, and the exit code of each.

A message says what, where, and what to do next. It never holds a value of a person: no identifier, no cell of a row.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_DONE = 0
EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_EMPTY = 4
EXIT_PARTIAL = 5


class DesirelinesError(Exception):
    """Raised when a command cannot go on and the user can fix it; shown without a traceback."""

    exit_code = EXIT_UNEXPECTED


class SettingsError(DesirelinesError):
    """Raised when the configuration, a mapping or an argument is wrong; lists every mistake at once."""

    exit_code = EXIT_USAGE

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        many = (
            f"{len(self.mistakes)} mistakes in the configuration:\n  "
            if len(self.mistakes) > 1
            else ""
        )
        super().__init__(many + "\n  ".join(self.mistakes))


class MachineError(DesirelinesError):
    """Raised when Java, Python, Spark or Delta is missing or of a wrong version, or a folder cannot be written."""

    exit_code = EXIT_USAGE


class SourceError(DesirelinesError):
    """Raised when a source cannot be read, or its mapping names a column that is not there."""

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
            f"source '{source}': the mapping names {', '.join(hints)}, which {where} does not have. "
            f"It has: {', '.join(found)}. Fix `columns`, `ids` or `properties` in the source's mapping."
        )


class ContractError(DesirelinesError):
    """Raised when rows do not fit a table's contract; lists all differences."""

    exit_code = EXIT_UNEXPECTED


class GateError(DesirelinesError):
    """Raised when a check that guards publication fails: nothing was published."""

    exit_code = EXIT_GATE


class AccountError(GateError):
    """Raised when the fates of a batch's rows, or what stands in `events`, do not add up."""


class EmptyInputError(DesirelinesError):
    """Raised when a source, or the whole input, holds no row to work on."""

    exit_code = EXIT_EMPTY


class PartialError(DesirelinesError):
    """Raised when a part of the work is done and the rest is not; a rerun goes on from there."""

    exit_code = EXIT_PARTIAL


def exit_code_for(error: BaseException) -> int:
    """Give the process exit code that stands for this error."""
    return error.exit_code if isinstance(error, DesirelinesError) else EXIT_UNEXPECTED


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give ", did you mean 'x'?" for the nearest known word, or nothing when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""
