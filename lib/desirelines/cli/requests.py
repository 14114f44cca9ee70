"""Texts that name people: from a file or standard input, never from an argument."""

from __future__ import annotations

import sys
from pathlib import Path

from desirelines.errors import SettingsError


def read_file_or_input(command: str, file: Path) -> str:
    """The text of a file, or of standard input for `-`.

    Raises:
        SettingsError: it cannot be read, or is not UTF-8.
    """
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError([f"{command}: {file} cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SettingsError(
            [f"{command}: {file} is not UTF-8. Save it so, and try again"]
        ) from None
