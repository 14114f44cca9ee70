"""The one place that builds a Spark session."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from desirelines.errors import MachineError
from desirelines.io.spark.jars import fetch_jars
from desirelines.io.spark.scratch import scratch_folders, without_sparks_own_places
from desirelines.settings.model import Spark

JAVA_VERSIONS = (17, 21)

JAVA_FLAGS = (
    "-XX:+UseParallelGC",  # batch work: throughput, a tenth faster than the default
    "-XX:ReservedCodeCacheSize=512m",  # a full code cache is swept all the time, and a run makes much code
    # A run makes thousands of short programs. The best compiler is slow, and by its defaults takes half of two cores for code
    # that is soon thrown away; loops over many rows pass these twenty times higher thresholds in a moment.
    "-XX:Tier4InvocationThreshold=100000",
    "-XX:Tier4MinInvocationThreshold=12000",
    "-XX:Tier4CompileThreshold=300000",
    "-XX:Tier4BackEdgeThreshold=800000",
)
"""What the embedded session's Java is started with."""


def spark_session(settings: Spark | None = None) -> tuple[SparkSession, bool]:
    """Give a session and whether this call made it (then the caller stops it).

    The active session is returned as it is: a notebook's, Databricks', spark-submit's or a Connect one. Otherwise an
    embedded local one is built, with Delta, in UTC, ANSI on; what it puts on disk on the way lies in folders of this process alone.

    Raises:
        MachineError: Java is missing or of a wrong version, the Delta jars cannot be had, or others could read what lies on disk.
    """
    active = SparkSession.getActiveSession()
    if active is not None:
        return active, False
    if _is_managed():
        session = SparkSession.builder.getOrCreate()  # noqa: TID251 - this is io/session.py
        session.conf.set("spark.sql.session.timeZone", "UTC")
        return session, True
    settings = settings or Spark()
    check_java()
    _mute_plans()
    os.environ.setdefault(
        "PYSPARK_PYTHON", sys.executable
    )  # else workers start the python3 of PATH
    builder = SparkSession.builder.appName("desirelines").master(settings.master)  # noqa: TID251 - this is io/session.py
    for key, value in embedded_conf(settings).items():
        builder = builder.config(key, value)
    try:
        with without_sparks_own_places():
            session = builder.getOrCreate()
    except (
        Exception
    ) as error:  # Spark raises bare Exceptions here; each means: no session on this machine
        raise MachineError(
            f"Spark could not start: {str(error).splitlines()[0]}. `desirelines check` tells more."
        ) from error
    return session, True


def _mute_plans() -> None:
    """Keep PySpark from logging what it raises: with plans and the values in them, which our errors leave out."""
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def embedded_conf(settings: Spark) -> dict[str, str]:
    """Configuration of the embedded session."""
    scratch = scratch_folders()
    return {
        "spark.jars": ",".join(str(p) for p in fetch_jars()),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # the default, INT96, has no zone for other readers
        "spark.sql.shuffle.partitions": str(settings.shuffle_partitions),
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
        "spark.databricks.delta.snapshotPartitions": "2",
        # Outside of UTC Delta reads a table's whole state again at every commit, because it distrusts its own list of files where
        # partitions are timestamps. No table here is partitioned by one.
        "spark.databricks.delta.allFilesInCrc.verificationMode.forceOnNonUTC.enabled": "false",
        # Python tells the JVM the line of every column function, for error messages: six calls each time, thousands of times a run.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.driver.memory": settings.driver_memory,
        # Cached and shuffled rows lie in the one, what Spark and its libraries call temporary in the other; both hold keys of people.
        "spark.local.dir": ",".join(map(str, scratch)),
        "spark.driver.extraJavaOptions": " ".join(
            (*JAVA_FLAGS, java_option("java.io.tmpdir", str(scratch[0])))
        ),
        "spark.hadoop.hadoop.tmp.dir": str(scratch[0]),  # files on their way to an object store
        # A run makes some thousand plans, many of them alike from table to table; a hundred kept are compiled again and again.
        "spark.sql.codegen.cache.maxEntries": "5000",
        # Java compiles no method over 8,000 bytes of code, and Spark's default limit lets plans of many columns be interpreted.
        "spark.sql.codegen.hugeMethodLimit": "8000",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",  # its \r bars corrupt logs
        # What Spark logs of a failed task holds values of its rows; the command says what went wrong in its own words.
        "spark.log.level": "ERROR" if os.environ.get("DESIRELINES_DEBUG") else "OFF",
        "spark.sql.warehouse.dir": str(
            scratch[0] / "spark-warehouse"
        ),  # never used: tables are paths
    }


def java_option(name: str, value: str) -> str:
    """A system property among Java's options, in quotes, as Spark's launcher reads them: white space does not end it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"-D{name}={escaped}"'


def check_java() -> str:
    """Give the version of Java that Spark will start.

    Raises:
        MachineError: none, or a version Spark 4.2 does not run on.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    want = " or ".join(str(v) for v in JAVA_VERSIONS)
    how = "On Debian or Ubuntu: apt-get install openjdk-17-jre-headless; elsewhere install a JRE 17 or 21 and set JAVA_HOME."
    if java is None:
        where = (
            f"JAVA_HOME is {home}, which holds no bin/java"
            if home
            else "there is no java on PATH and JAVA_HOME is not set"
        )
        raise MachineError(f"Java {want} is needed: {where}. {how}")
    printed = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)(?:\.(\d+))?', printed.stderr + printed.stdout)
    major = int(found[2] if found and found[1] == "1" and found[2] else found[1]) if found else 0
    if major not in JAVA_VERSIONS:
        raise MachineError(f"Java {want} is needed: {java} is version {major or 'unknown'}. {how}")
    return found[0].removeprefix('version "') if found else ""


def _is_managed() -> bool:
    """Whether somebody else configures the session: Connect, Databricks, spark-submit."""
    return any(
        os.environ.get(name)
        for name in ("SPARK_REMOTE", "DATABRICKS_RUNTIME_VERSION", "PYSPARK_GATEWAY_PORT")
    )
