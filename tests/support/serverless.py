"""`python -m tests.support.serverless …`: the command line on a session that keeps no rows.

Over Spark Connect, with every way to keep rows refused as serverless Databricks refuses it.
With names of notebooks (`*.py`) these are run instead, in one process.
"""

import runpy
import sys

from pyspark.errors.exceptions.connect import AnalysisException
from pyspark.sql.connect.dataframe import DataFrame

REFUSAL = (
    "[NOT_SUPPORTED_WITH_SERVERLESS] PERSIST TABLE is not supported on serverless compute. "
    "SQLSTATE: 0A000"
)


def refuse(*_, **__):
    raise AnalysisException(REFUSAL)


if __name__ == "__main__":
    for name in ("persist", "cache", "checkpoint", "localCheckpoint"):
        setattr(DataFrame, name, refuse)
    if sys.argv[1].endswith(".py"):
        for notebook in sys.argv[1:]:
            runpy.run_path(notebook)
    else:
        from desirelines.cli import entry_point

        entry_point()
