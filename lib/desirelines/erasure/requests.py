"""Requests to erase people, as they are written: one person a line."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from desirelines.columns.keys import key_of, normal_text
from desirelines.errors import SettingsError
from desirelines.settings.identity import Identity

_END_OF_LINE = re.compile(r"\r\n|\r|\n")
Identifier = tuple[str, str]
"""A type and a value as it was given."""


def read_request(text: str, types: Iterable[str], identity: Identity) -> list[Identifier]:
    """The identifiers of a request, each once, in the order of their lines.

    A line is one person: a JSON object of values by type, such as {"user": "42", "email": ["a@b.c",
    "d@e.f"]}, or `type:value`. Empty lines and lines that begin with # say nothing.

    Raises:
        SettingsError: with the number of every line that cannot be used, and what to do; never with
            what stands in it.
    """
    known, found, mistakes = sorted(types), {}, []
    for number, line in _lines_of(text):
        try:
            pairs = _pairs_of(line)
            for id_type, value in pairs:
                _check(id_type, value, known, identity)
        except ValueError as error:
            mistakes.append(f"the request, line {number}: {error}")
            continue
        found.update(dict.fromkeys(pairs))
    if not found and not mistakes:
        mistakes.append("the request names nobody: write one line a person, such as user:42")
    if mistakes:
        raise SettingsError(mistakes)
    return list(found)


def subject_count(text: str) -> int:
    """The number of people that a request names: of its lines that say something."""
    return sum(1 for _ in _lines_of(text))


def _lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers.

    A value may hold a sign that only Python takes for the end of a line, such as U+2028.
    """
    for number, line in enumerate(_END_OF_LINE.split(text.removeprefix("\ufeff")), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _pairs_of(line: str) -> list[Identifier]:
    if not line.lstrip().startswith("{"):
        id_type, colon, value = line.partition(":")
        if not colon:
            raise ValueError("it is neither `type:value` nor a JSON object of values by type")
        return [(id_type.strip(), value)]
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON object: {error.msg} at character {error.colno}") from None
    return [(id_type, value) for id_type, values in given.items() for value in _texts(values)]


def _texts(values: Any) -> list[str]:
    listed = values if isinstance(values, list) else [values]
    if not all(isinstance(v, str | int) and not isinstance(v, bool) for v in listed):
        raise ValueError("a value is neither a text nor a whole number")
    return [str(v) for v in listed]


def _check(id_type: str, value: str, known: list[str], identity: Identity) -> None:
    if id_type not in known:
        raise ValueError(f"no source has this type of identifier; known: {', '.join(known)}")
    if not _normal(id_type, value, identity):
        raise ValueError(
            f"the {id_type} is a placeholder that identifies nobody (identity.junk_values)"
        )


def _normal(id_type: str, value: str, identity: Identity) -> str | None:
    is_caseless = id_type in identity.caseless_types
    return normal_text(value, caseless=is_caseless, junk=identity.junk_values)


def keys_of(identifiers: Iterable[Identifier], secret: bytes, identity: Identity) -> list[str]:
    """The keys of identifiers, sorted.

    Ingest keeps combining marks as they came, so a value has a key in each of the two forms in
    which systems write them (NFC and NFD).
    """
    return sorted(
        {
            key_of(secret, id_type, form, caseless=id_type in identity.caseless_types)
            for id_type, value in identifiers
            for form in (value, *(unicodedata.normalize(f, value) for f in ("NFC", "NFD")))
        }
    )


def token_of(secret: bytes, key: str) -> str:
    """The suppression token of a key: HMAC under the suppression secret, 32 hex digits."""
    return hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:32]


def request_token(secret: bytes, keys: Iterable[str]) -> str:
    """The token of a request: the same identifiers give the same."""
    return token_of(secret, ",".join(sorted(keys)))
