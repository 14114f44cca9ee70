"""The two secrets: read from files that only their owner may read; written once by `init`, outside the warehouse."""

from __future__ import annotations

import secrets
from pathlib import Path

from desirelines.errors import SettingsError

_BYTES = 32


def read_secret(path: str, setting: str) -> bytes:
    """Read a secret.

    Raises:
        SettingsError: it is not there, too short, or others may read it.
    """
    file = Path(path)
    if not file.is_file():
        raise SettingsError(
            [
                f"{setting}: there is no secret at {file}. `desirelines init` writes one; every table's keys hang on it, so keep it."
            ]
        )
    if file.stat().st_mode & 0o077:
        raise SettingsError([f"{setting}: {file} can be read by others. Run: chmod 600 {file}"])
    secret = file.read_bytes().strip()
    if len(secret) < _BYTES:
        raise SettingsError(
            [
                f"{setting}: {file} holds {len(secret)} bytes; a secret has at least {_BYTES}. Write one with `desirelines init`."
            ]
        )
    return secret


def write_secret(path: str) -> bool:
    """Write a random secret, mode 0600; leave one that is there. Says whether it wrote."""
    file = Path(path)
    if file.exists():
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(secrets.token_hex(_BYTES) + "\n", encoding="ascii")
    return True
