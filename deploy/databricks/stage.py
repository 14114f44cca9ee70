"""One stage as a task of Databricks: `stage.py SECRET_SCOPE STAGE [options of the command]`.

Files on volumes are open to others, so the secrets come from a secret scope, in files that only
this task can read and that end with it.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from desirelines.cli import main

SECRETS = ("data", "suppression")


def run(scope: str, words: list[str], secret_of: Callable[[str, str], bytes]) -> int:
    """Run the command with the secrets of the scope; give its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        sets = []
        for name in SECRETS:
            file = Path(folder) / name
            file.touch(mode=0o600)
            file.write_bytes(secret_of(scope, f"{name}-secret"))
            sets.append(f"--set=secrets.{name}_file={file}")
        return main([*words, *sets])


if __name__ == "__main__":
    from databricks.sdk.runtime import dbutils

    # A task that exits counts as failed, even with code 0.
    if code := run(sys.argv[1], sys.argv[2:], dbutils.secrets.getBytes):
        sys.exit(code)
