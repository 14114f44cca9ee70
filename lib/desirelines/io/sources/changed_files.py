"""Files that changed after their stream read them: it goes by names, and reads none again."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlparse

from desirelines.io.sources.symlinks import local_path


def changed_files(checkpoint: str) -> list[str]:
    """Names of files that were written again since the stream with this checkpoint listed them.

    Only files and checkpoints on this machine are looked at. A file that is gone has not changed.
    """
    folder = local_path(checkpoint)
    if folder is None:
        return []
    changed = []
    for address, listed_at in _listed(folder / "sources" / "0").items():
        file = Path(unquote(urlparse(address).path))
        try:
            written_at = file.stat().st_mtime_ns // 1_000_000
        except OSError:
            continue
        if written_at > listed_at:
            changed.append(file.name)
    return sorted(changed)


def _listed(log: Path) -> dict[str, int]:
    """The files that a stream listed: address, and when each was last written (Unix millis)."""
    files: dict[str, int] = {}
    if not log.is_dir():
        return files
    for entry in log.iterdir():
        if entry.name.startswith("."):
            continue
        with suppress(OSError, ValueError, KeyError):  # a damaged log is the stream's own matter
            for line in entry.read_text(encoding="utf-8").splitlines()[1:]:  # after its version
                file = json.loads(line)
                if urlparse(file["path"]).scheme in ("", "file"):
                    files[file["path"]] = int(file["timestamp"])
    return files
