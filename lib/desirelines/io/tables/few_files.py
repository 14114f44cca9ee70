"""Read a table of few files in a local folder by the list of its files.

Delta runs one or two queries over the log for every scan, and two more for the first of a version.
For a small table these take longer than the scan. The rows are read by Spark either way.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

MOST_FILES = 32
"""Up to this many files Spark looks at them without a job; of more, Delta's statistics skip some.

The default of `spark.sql.sources.parallelPartitionDiscovery.threshold`.
"""
_PLAIN_PATH = re.compile(r"[\w/.,+=@:-]+", re.ASCII)
"""Paths that neither a pattern of files nor an encoding of characters changes."""


def read_few_files(spark: SparkSession, folder: Path) -> DataFrame | None:
    """The newest version of the table in the folder.

    Null if it has more than MOST_FILES files, if a reader must know more than plain files (deletion
    vectors, column mapping), if its path could be read as a pattern, or if a file is missing, which
    Delta says when the rows are read.
    """
    # Imported here, as no table of a cluster is read so.
    from deltalake import DeltaTable

    table = DeltaTable(folder)
    files = table.file_uris()
    if table.protocol().min_reader_version > 1 or len(files) > MOST_FILES:
        return None
    if not all(_PLAIN_PATH.fullmatch(file) and Path(file).is_file() for file in files):
        return None
    schema = T.StructType.fromJson(json.loads(table.schema().to_json()))
    if not files:
        return spark.createDataFrame([], schema)
    reader = spark.read.schema(schema).option("basePath", str(folder))
    return reader.parquet(*files).select(*schema.names)
