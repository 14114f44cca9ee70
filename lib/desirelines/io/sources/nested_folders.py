"""Files in folders below a source's folder, such as 2024/07/01/."""

from __future__ import annotations

import os
from pathlib import Path

from desirelines.errors import SourceError, listed
from desirelines.io.sources.symlinks import is_hidden, local_path


def columns_of_folders(path: str | None) -> frozenset[str]:
    """The columns that names of folders below a local path make, as shop of shop=007."""
    root = local_path(path)
    if root is None or not root.is_dir():
        return frozenset()
    return frozenset(
        name.partition("=")[0]
        for _, folders, _ in os.walk(root)
        for name in folders
        if "=" in name and not is_hidden(name)
    )


def lookup_of(path: str | None, where: str = "source") -> dict[str, str]:
    """Options of a reader for all files below a path; `where` names the source in the error.

    Spark looks into folders named `key=value`, which make a column, and not into others. So below
    a local folder with other folders, files are looked up whatever their folders are called.

    Raises:
        SourceError: the folder has both kinds of folders.
    """
    root = local_path(path)
    if root is None or not root.is_dir():
        return {}
    plain: set[str] = set()
    partitions: set[str] = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not is_hidden(name)]
        parts = Path(folder).relative_to(root).parts
        if parts and any(not is_hidden(name) for name in files):
            (partitions if all("=" in part for part in parts) else plain).add("/".join(parts))
    if plain and partitions:
        raise SourceError(
            f"{where}: {root} has files in folders that make a column ({listed(partitions)}) and "
            f"in others ({listed(plain)}). Nothing was read. Give each kind a source of its own."
        )
    return {"recursiveFileLookup": "true"} if plain else {}
