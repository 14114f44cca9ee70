"""Looks for keys and raw identifiers where none may be: logs, checkpoints, file names, and so on.

The data files of tables hold keys; nothing else in a warehouse may. A file is read in every form
in which a value can appear: as it is, as JSON inside JSON, percent-encoded, and as Parquet (the
checkpoints of a log, whose pages are compressed).
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq

from desirelines.tables import ALL

HEX = re.compile(r"[0-9a-f]{32,}")
ALPHANUMERIC = re.compile(r"[0-9A-Za-z]+")
KEY_LENGTH = 32
LOG = "_delta_log"
KEYS = (
    "stream_id", "user_key", "session_key", "session_id", "content_digest", "row_digest",
    "person_id", "key", "other_key", "token",
)  # fmt: skip
"""Columns of any table that hold a key, or a digest of what one person did."""


class Needles:
    """What is looked for: keys, of 32 hex digits each, and raw identifiers, as whole words."""

    def __init__(self, keys: Iterable[str], raw: Iterable[str]) -> None:
        self.keys = frozenset(keys)
        self.raw = frozenset(raw)
        assert all(re.fullmatch("[0-9a-f]{32}", key) for key in self.keys)
        assert all(self.raw)
        # A word: "user1" stands in "user1@x" and in "/user1/", and not in "user12". Each form is
        # looked up by its first run of letters and digits, so that thousands cost no more than one.
        self._forms: dict[str, list[tuple[int, str]]] = {}
        for form in {form for value in self.raw for form in _forms(value)}:
            start = ALPHANUMERIC.search(form)
            assert start, "a needle has a letter or a digit"
            self._forms.setdefault(start[0], []).append((start.start(), form))

    def in_text(self, text: str) -> set[str]:
        """The needles in a text."""
        found = {
            run[n : n + KEY_LENGTH]
            for run in HEX.findall(text.lower())
            for n in range(len(run) - KEY_LENGTH + 1)
            if run[n : n + KEY_LENGTH] in self.keys
        }
        for run in ALPHANUMERIC.finditer(text):
            for offset, form in self._forms.get(run[0], ()):
                start = run.start() - offset
                end = start + len(form)
                if start >= 0 and text.startswith(form, start) and _is_word(text, start, end):
                    found.add(form)
        return found

    def in_file(self, file: Path) -> set[str]:
        """The needles in a file, in every form."""
        return set().union(*(self.in_text(text) for text in texts_of(file)))


def keys_of(warehouse: Path) -> set[str]:
    """Every key that a warehouse's tables hold now, read without Spark."""
    keys: set[str] = set()
    for table in ALL:
        columns = [c for c in KEYS if c in table.column_names]
        if columns and (warehouse / table.name / LOG).is_dir():
            rows = deltalake.DeltaTable(str(warehouse / table.name)).to_pyarrow_table(
                columns=columns
            )
            keys.update(key for column in columns for key in rows[column].to_pylist() if key)
    return keys


def scan(
    folder: Path, needles: Needles, *, seen: set[tuple[Path, int]] | None = None
) -> dict[str, set[str]]:
    """Where needles appear below a folder: in file and folder names, and in files that are no data.

    `seen` holds the files scanned before, with their time of change: they are skipped, and those
    scanned now are added.
    """
    found: dict[str, set[str]] = {}
    for entry in sorted(folder.rglob("*")):
        place = entry.relative_to(folder).as_posix()
        inside = needles.in_text(unquote(place))
        if entry.is_file() and not is_data(entry, folder):
            stamp = (entry, entry.stat().st_mtime_ns)
            if seen is None or stamp not in seen:
                inside |= needles.in_file(entry)
                if seen is not None:
                    seen.add(stamp)
        if inside:
            found[place] = inside
    return found


def is_data(file: Path, folder: Path) -> bool:
    """Whether a file is table data or its checksum: Parquet outside the log of a table's folder."""
    is_parquet = file.name.endswith((".parquet", ".parquet.crc"))
    if not is_parquet or LOG in file.relative_to(folder).parts:
        return False
    return any((parent / LOG).is_dir() for parent in file.parents if parent.is_relative_to(folder))


def texts_of(file: Path) -> Iterator[str]:
    """Everything a file says, in every way it can be read."""
    raw = file.read_bytes()
    yield raw.decode("utf-8", "replace")
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
        yield raw.decode("utf-8", "replace")
    if raw[:4] == b"PAR1":
        parquet = pq.ParquetFile(pa.BufferReader(raw))
        yield str(parquet.metadata.metadata)
        for row in parquet.read().to_pylist():
            yield from _strings(row)
        return
    text = raw.decode("utf-8", "replace")
    if "%" in text:
        yield unquote_to_bytes(text).decode("utf-8", "replace")
    for line in text.splitlines():
        yield from _json_in(line)


def _json_in(text: str) -> Iterator[str]:
    """The strings of a JSON text, and of JSON texts that these are; nothing of what is no JSON."""
    if text[:1] not in ("{", "[", '"'):
        return
    try:
        value = json.loads(text)
    except ValueError:
        return
    yield from _strings(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from _json_in(value)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(key)
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit goes on before or after a part of a text."""
    around = text[max(start - 1, 0) : start], text[end : end + 1]
    return not any(ALPHANUMERIC.match(sign) for sign in around)


def _forms(value: str) -> set[str]:
    """The ways a value may be written: as it is, and in one case."""
    return {value, value.lower(), value.upper()}
