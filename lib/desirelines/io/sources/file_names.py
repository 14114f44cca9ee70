"""Names of files that Spark cannot read: some signs are parts of a pattern or an address."""

from __future__ import annotations

import os
from pathlib import Path

from desirelines.errors import SourceError, listed
from desirelines.io.sources.symlinks import is_hidden, local_path

SIGNS = ":[]{}\\"
"""Signs that no name of a file or folder may have."""


def check_names(path: str | None, where: str) -> None:
    """Make sure that Spark can read every file at a local path, by their names.

    A path that is a pattern is left to Spark, and so are object stores.

    Raises:
        SourceError: a name has one of SIGNS; the message gives it.
    """
    root = local_path(path)
    if root is None or not root.exists():
        return
    wrong = [str(root)] if set(root.name) & set(SIGNS) else []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not is_hidden(name)]
        names = [*folders, *(name for name in files if not is_hidden(name))]
        wrong += [
            str(Path(folder, name).relative_to(root)) for name in names if set(name) & set(SIGNS)
        ]
    if wrong:
        raise SourceError(
            f"{where}: {listed(wrong)}: Spark cannot read files whose "
            f"name, or whose folder's, has one of {' '.join(SIGNS)}. Nothing was read. Rename them."
        )
