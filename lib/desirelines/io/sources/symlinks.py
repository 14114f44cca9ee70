"""Symbolic links inside a source's folder: none may lead out of it.

Otherwise anyone who may put files into the folder could make the command read any file that it has
access to. A path that is itself a link is the choice of whoever wrote the configuration. Object
stores have no links.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlparse

from desirelines.errors import SourceError

_PATTERN = re.compile(r"[*?\[{\\]")


def check_links(path: str | None, where: str) -> None:
    """Make sure that no link below a local path leads out of it, or back to a parent folder.

    For a pattern, no link may lead out of its fixed part. Links are refused, not skipped: rows
    skipped silently would be missing from the row account, and the stream lists files by itself.

    Raises:
        SourceError: a link does; the message names it.
    """
    root = local_path(path)
    if root is None:
        return
    base, pattern = _split(root)
    inside = base.resolve()
    if pattern is None:
        _refuse_leading_out(inside, _links_below(inside), where)
        return
    found = matches(root)
    _refuse_leading_out(inside, found, where)
    for folder in found:
        if folder.is_dir():
            _refuse_leading_out(inside, _links_below(folder), where)


def matches(path: Path) -> list[Path]:
    """What fits a local path that is a pattern."""
    base, pattern = _split(path)
    if pattern is None:
        return [base] if base.exists() else []
    return [found for text in _as_python_says(str(pattern)) for found in base.glob(text)]


def _split(path: Path) -> tuple[Path, Path | None]:
    """The fixed part of a path, and the pattern below it if there is one."""
    parts = path.parts
    fixed = next((n for n, part in enumerate(parts) if _PATTERN.search(part)), len(parts))
    return Path(*parts[:fixed]), Path(*parts[fixed:]) if fixed < len(parts) else None


def _as_python_says(pattern: str) -> list[str]:
    """Python glob patterns that together match what one Hadoop pattern does.

    Python has no braces, and writes `[^a]` and escaped signs in another way.
    """
    braces = re.search(r"(?<!\\)\{([^{}]*)\}", pattern)
    if braces:
        before, after = pattern[: braces.start()], pattern[braces.end() :]
        return [
            text for word in braces[1].split(",") for text in _as_python_says(before + word + after)
        ]
    return [re.sub(r"\\([*?\[\]{}\\])", r"[\1]", pattern.replace("[^", "[!"))]


def local_path(path: str | None) -> Path | None:
    """The path if it is on this machine; None for object stores and for no path."""
    if not path:
        return None
    address = urlparse(path)
    if address.scheme == "file":
        return Path(unquote(address.path))
    return None if address.scheme else Path(path)


def _links_below(folder: Path) -> Iterator[Path]:
    """Every link below a folder that a reader would look at, without following any."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = list(os.scandir(here))
        except (NotADirectoryError, FileNotFoundError):
            continue
        except OSError as error:
            raise SourceError(
                f"{here} cannot be listed ({error.strerror}). Fix its permissions, or give another "
                "path."
            ) from None
        for entry in entries:
            if is_hidden(entry.name):
                continue
            if entry.is_symlink():
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))


def is_hidden(name: str) -> bool:
    """Whether readers skip a name: Spark's rule, except for Delta's log."""
    return name.startswith(".") or (
        name.startswith("_") and "=" not in name and name != "_delta_log"
    )


def _refuse_leading_out(inside: Path, links: Iterator[Path] | list[Path], where: str) -> None:
    for link in links:
        target = Path(os.path.realpath(link))
        holder = Path(os.path.realpath(link.parent))
        if not target.is_relative_to(inside):
            why = "leads out of that folder"
        elif link.is_symlink() and holder.is_relative_to(target):
            why = "leads back to a folder that holds it"
        else:
            continue
        raise SourceError(
            f"{where}: in {inside} the link {link} {why}. Nothing was read. Remove it, or put the "
            "files themselves there."
        )
