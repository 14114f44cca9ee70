"""One command as a job of EMR Serverless: `stage.py SECRET_PREFIX COMMAND [options]`.

The secrets `PREFIX/data` and `PREFIX/suppression` of AWS Secrets Manager become files that only
this job can read and that end with it.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from desirelines.cli import main

SECRETS = ("data", "suppression")


def run(prefix: str, words: list[str], secret_of: Callable[[str], str]) -> int:
    """Run the command with the secrets of the prefix; give its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        sets = []
        for name in SECRETS:
            file = Path(folder) / name
            file.touch(mode=0o600)
            file.write_text(secret_of(f"{prefix}/{name}"))
            sets.append(f"--set=secrets.{name}_file={file}")
        return main([*words, *sets])


if __name__ == "__main__":
    import boto3

    manager = boto3.client("secretsmanager")
    if code := run(
        sys.argv[1],
        sys.argv[2:],
        lambda name: manager.get_secret_value(SecretId=name)["SecretString"],
    ):
        sys.exit(code)
