"""Commands one after the other, in one process with Spark's log at INFO.

`python -m tests.attacks.at_info FILE`: each line of the file is JSON, with `words` and `input`.
Their results go nowhere, because they may name people; what is left is Spark's log.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

from pyspark.sql import SparkSession

from desirelines.cli import main

create = SparkSession.Builder.getOrCreate


def at_info(builder):
    session = create(builder)
    session.sparkContext.setLogLevel("INFO")
    return session


if __name__ == "__main__":
    SparkSession.Builder.getOrCreate = at_info
    for line in Path(sys.argv[1]).read_text().splitlines():
        given = json.loads(line)
        stdin = io.TextIOWrapper(io.BytesIO(given["input"].encode()), "utf-8")
        with patch("sys.stdin", stdin), redirect_stdout(io.StringIO()):
            code = main(given["words"])
        sys.stderr.write(f"exit {code}: {given['words'][0]}\n")
