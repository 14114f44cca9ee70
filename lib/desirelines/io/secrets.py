"""The two secrets.

They are read from files that only their owner may read. `init` writes them once, outside the
warehouse.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from desirelines.columns.keys import fingerprint_of
from desirelines.errors import SettingsError
from desirelines.settings.model import Secrets

_BYTES = 32
_DIFFERENT_BYTES = 8
_REPEATED_BYTES = 16
"""A secret that repeats a piece shorter than this was typed by hand."""


def read_secrets(settings: Secrets) -> tuple[bytes, bytes]:
    """Read the data secret and the suppression secret.

    Raises:
        SettingsError: one cannot be used, or both are the same; the mistakes of both at once.
    """
    mistakes: list[str] = []
    both: list[bytes] = []
    for path, setting in (
        (settings.data_file, "secrets.data_file"),
        (settings.suppression_file, "secrets.suppression_file"),
    ):
        try:
            both.append(read_secret(path, setting))
        except SettingsError as error:
            mistakes += error.mistakes
    if mistakes:
        raise SettingsError(mistakes)
    data, suppression = both
    # Equal for HMAC, which is more than byte by byte.
    if fingerprint_of(data, "secret") == fingerprint_of(suppression, "secret"):
        raise SettingsError(
            [
                f"secrets: {settings.data_file} and {settings.suppression_file} hold the same "
                "secret, so tokens of erased people would depend on the key of all tables. Put the "
                "right files back; for a new warehouse, write two with `desirelines init`."
            ]
        )
    return data, suppression


def read_secret(path: str, setting: str) -> bytes:
    """Read a secret.

    Raises:
        SettingsError: it is not there, too short or too regular, or others may read it.
    """
    file = Path(path)
    if not file.is_file():
        raise SettingsError(
            [
                f"{setting}: there is no secret at {file}. `desirelines init` writes one; the keys "
                "of all tables depend on it, so keep it."
            ]
        )
    if file.stat().st_mode & 0o077:
        raise SettingsError([f"{setting}: {file} can be read by others. Run: chmod 600 {file}"])
    raw = file.read_bytes()
    # A blank at the end of random bytes belongs to them; at the end of a text it is its line's end.
    secret = raw.strip() if len(raw.strip()) >= _BYTES else raw
    if len(secret) < _BYTES:
        raise SettingsError(
            [
                f"{setting}: {file} holds {len(secret)} bytes; a secret has at least {_BYTES}. "
                "Write one with `desirelines init`."
            ]
        )
    if len(set(secret)) < _DIFFERENT_BYTES or (secret * 2).find(secret, 1) < _REPEATED_BYTES:
        raise SettingsError(
            [
                f"{setting}: {file} holds a secret that anybody can guess: few different bytes, or "
                "a short piece repeated. Write a random one with `desirelines init`."
            ]
        )
    return secret


def write_secret(path: str) -> bool:
    """Write a random secret, mode 0600; keep an existing one. Return whether it wrote."""
    file = Path(path)
    if file.exists():
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(secrets.token_hex(_BYTES) + "\n", encoding="ascii")
    return True
