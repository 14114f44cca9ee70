"""Spellings in which systems write a word for nobody, such as `(not set)` for `not set`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from desirelines.catalogue.no_identifiers import EMPTY_TEXTS

AROUND = ("{}", "({})", "[{}]", "<{}>", "{{{}}}", '"{}"', "'{}'", "`{}`", "#{}")
BETWEEN = (" ", "_", "-", "")


def placeholder_values(words: Iterable[str]) -> Iterator[str]:
    """Texts that stand for nobody by these words: the usual spellings, not every one.

    A mailbox (`noreply@`) is at some address, which is not known, so it gives none.
    """
    yield from EMPTY_TEXTS
    for word in words:
        if not word.endswith("@"):
            for spelling in _spellings(word):
                yield from (around.format(spelling) for around in AROUND)


def _spellings(word: str) -> set[str]:
    parts = re.split(r"[ _-]", word.strip()) if len(word) > 2 else [word]
    written = [
        [p.lower() for p in parts],
        [p.upper() for p in parts],
        [p.capitalize() for p in parts],
        [parts[0].capitalize(), *(p.lower() for p in parts[1:])],
        [parts[0].lower(), *(p.capitalize() for p in parts[1:])],
    ]
    return {word, *(between.join(spelling) for spelling in written for between in BETWEEN)}
