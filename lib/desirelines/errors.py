"""Errors that a user can act on, and the exit code of each kind.

A message says what is wrong, where, and what to do next. It never contains data of a person: no
identifier and no cell of a row.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

EXIT_DONE = 0
EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_EMPTY = 4
EXIT_PARTIAL = 5

NAMES_SHOWN = 3
"""So many names of a list are shown in a message."""


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
            f"{_layout_hint(found)}Fix `columns`, `ids` or `properties` in the source's mapping."
        )


def _layout_hint(columns: tuple[str, ...]) -> str:
    """What to do where the columns look like those of a CSV file read by another layout."""
    if any(sign in column for column in columns for sign in "\0\ufffd"):
        return "If this is a CSV file, set `encoding`, such as utf-16 or windows-1252. "
    sign = delimiter_in(columns)
    if sign is None:
        return ""
    word = "tab" if sign == "\t" else f"'{sign}'"
    return f"If this is a CSV file, set `delimiter: {word}`. "


def delimiter_in(columns: Sequence[str]) -> str | None:
    """What separates the values of a CSV header that is one column for commas; else null."""
    return next((s for s in (";", "\t", "|") if len(columns) == 1 and s in columns[0]), None)


class ResyncError(SourceError):
    """Raised when sources cannot be read on from where they stopped; one command reads all again.

    Args:
        stopped: what stopped each source, by its name.
        again: other sources that the same command must read again: what it read of them is not
            remembered when the command fails.
    """

    def __init__(self, stopped: Mapping[str, str], again: Iterable[str] = ()) -> None:
        self.stopped = dict(stopped)
        what = "\n  ".join(f"source '{name}': {why}" for name, why in self.stopped.items())
        names = sorted({*self.stopped, *again})
        command = " ".join(f"--resync {name}" for name in names)
        which = "the source" if len(names) == 1 else "these sources"
        super().__init__(
            f"{what} Nothing new was read of {'it' if len(self.stopped) == 1 else 'them'}. Read "
            f"{which} again: `desirelines ingest-events {command}`; events that are already there "
            "count as duplicates."
        )


class ContractError(DesirelinesError):
    """Raised when rows do not fit the contract of a table; lists all differences."""

    exit_code = EXIT_UNEXPECTED


class VersionError(ContractError):
    """Raised when a table is at another version of its contract than this package."""

    exit_code = EXIT_USAGE


class GateError(DesirelinesError):
    """Raised when a check before publication fails; nothing was published.

    Args:
        message: what failed, and what to do.
        gates: the results of the checks, for the ledger.
    """

    exit_code = EXIT_GATE

    def __init__(self, message: str, gates: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.gates = gates


class DriftError(GateError):
    """Raised when a run is too far from the last published one; it may be right all the same."""


class AccountError(GateError):
    """Raised when the fates of the rows of a batch, or the rows in `events`, do not add up."""


class EmptyInputError(DesirelinesError):
    """Raised when a source, or the whole input, has no rows."""

    exit_code = EXIT_EMPTY


class PartialError(DesirelinesError):
    """Raised when a command did all of its work, but left out files that could not be read."""

    exit_code = EXIT_PARTIAL

    @classmethod
    def unreadable_files(cls, files: Iterable[tuple[str, str]]) -> PartialError:
        """Build the error for files that were left out, each as its source and its name."""
        by_source: dict[str, list[str]] = {}
        for source, name in files:
            by_source.setdefault(source, []).append(name)
        where = "; ".join(f"source '{s}': {listed(names)}" for s, names in by_source.items())
        return cls(
            f"left out, as broken or cut short: {where}. Everything else is done. Deliver each "
            "file again, whole and under another name: a name is read once. Or mend it where it is "
            f"and run `desirelines ingest-events --resync {next(iter(by_source), '')}`."
        )


def exit_code_for(error: BaseException) -> int:
    """Return the exit code of the process for this error."""
    return error.exit_code if isinstance(error, DesirelinesError) else EXIT_UNEXPECTED


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest known word, or "" when none is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{matches[0]}'?)" if matches else ""


def listed(names: Iterable[str]) -> str:
    """The first names of a list, and how many more there are."""
    names = tuple(names)
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(sorted(names)[:NAMES_SHOWN]) + more
