"""Whether Spark and this process mean the same files by a path without a scheme."""

from __future__ import annotations

import os
from urllib.parse import urlparse

from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

CLUSTER_SETTINGS = ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "DATABRICKS_RUNTIME_VERSION")
"""Variables of machines where such a path can be in a file system of the cluster."""


def is_local(spark: SparkSession, path: str) -> bool:
    """Whether Spark and this process both read this path from this machine.

    False for a path with a percent sign: delta-rs decodes it, and would look elsewhere.
    """
    return not urlparse(path).scheme and "%" not in path and are_local(spark)


def are_local(spark: SparkSession) -> bool:
    """Whether a path without a scheme is a file of this machine for Spark as well.

    False where that is not certain: the session is on a server, or the machine belongs to a cluster
    that may have a file system of its own.
    """
    if is_remote() or any(os.environ.get(name) for name in CLUSTER_SETTINGS):
        return False
    default = spark.conf.get("spark.hadoop.fs.defaultFS", "file:///") or ""
    return default.startswith("file:")
