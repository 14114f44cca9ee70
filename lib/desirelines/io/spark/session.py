"""The one place that builds a Spark session."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pyspark import SparkConf
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from desirelines.errors import MachineError
from desirelines.io.spark.gateway import start_java
from desirelines.io.spark.jars import fetch_jars
from desirelines.io.spark.scratch import scratch_folders, without_sparks_own_places
from desirelines.settings.model import Spark

JAVA_VERSIONS = (17, 21)

JAVA_FLAGS = (
    "-XX:+UseParallelGC",  # for throughput: 10 % faster than the default
    "-XX:ReservedCodeCacheSize=512m",  # a run generates much code; a full cache is swept constantly
    # A run generates thousands of short programs. The optimising compiler is slow, and with its
    # default thresholds uses half of two cores for code that is soon discarded. Loops over many
    # rows reach these 20 times higher thresholds in a moment.
    "-XX:Tier4InvocationThreshold=100000",
    "-XX:Tier4MinInvocationThreshold=12000",
    "-XX:Tier4CompileThreshold=300000",
    "-XX:Tier4BackEdgeThreshold=800000",
)
"""Java options of the embedded session."""
QUIET_LOG = Path(__file__).with_name("quiet-log4j2.properties")


_FOLDERS_AS_TEXT = ("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
"""Values in names of folders stay as they are: shop=007 and shop=7 are two."""


def spark_session(settings: Spark | None = None) -> tuple[SparkSession, bool]:
    """Give a session and whether this call created it (then the caller stops it).

    The active session is returned as it is: a notebook's, Databricks', spark-submit's or a Connect
    one. Otherwise an embedded local one is built, with Delta, in UTC, ANSI on. Its intermediate
    data is in folders of this process alone.

    Raises:
        MachineError: Java is missing or of a wrong version, the Delta jars cannot be fetched, or
            others could read the data on disk.
    """
    _mute_libraries()
    active = SparkSession.getActiveSession()
    if active is not None:
        return active, False
    if _is_managed():
        session = SparkSession.builder.getOrCreate()  # noqa: TID251 - sessions start here
        session.conf.set("spark.sql.session.timeZone", "UTC")
        session.conf.set(*_FOLDERS_AS_TEXT)
        return session, True
    settings = settings or Spark()
    check_java()
    # Otherwise workers start the python3 of PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf(loadDefaults=False).setAll(list(embedded_conf(settings).items()))
    try:
        with without_sparks_own_places():
            start_java(conf)
            session = SparkSession.builder.config(conf=conf).getOrCreate()  # noqa: TID251 - sessions start here
    except Exception as error:
        # Spark raises bare Exceptions here; each means that this machine cannot start a session.
        raise MachineError(
            f"Spark could not start: {str(error).splitlines()[0]}. Run `desirelines check` for "
            "more."
        ) from error
    return session, True


def _mute_libraries() -> None:
    """Keep PySpark and py4j from logging the errors that they raise.

    They contain plans and rows with values, which our messages leave out.
    """
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True
    for name in ("py4j.clientserver", "py4j.java_gateway"):  # errors in a batch of a stream
        logging.getLogger(name).disabled = not os.environ.get("DESIRELINES_DEBUG")


def embedded_conf(settings: Spark) -> dict[str, str]:
    """Configuration of the embedded session."""
    scratch = scratch_folders()
    return {
        "spark.app.name": "desirelines",
        "spark.master": settings.master,
        "spark.jars": ",".join(str(p) for p in fetch_jars()),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        # The default, INT96, has no zone for other readers.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        # Otherwise a Parquet file with such a time, as pandas writes them, cannot be read at all.
        "spark.sql.legacy.parquet.nanosAsLong": "true",
        # Without it, CSV files can be in some ten encodings only, without those of Windows.
        "spark.sql.legacy.javaCharsets": "true",
        **dict([_FOLDERS_AS_TEXT]),
        "spark.sql.shuffle.partitions": str(settings.shuffle_partitions),
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
        "spark.databricks.delta.snapshotPartitions": "2",
        # OPTIMIZE joins files below the first to files up to the second. By Delta's default, a
        # gigabyte, it would write large files again for every few rows that came after them.
        "spark.databricks.delta.optimize.minFileSize": str(32 << 20),
        "spark.databricks.delta.optimize.maxFileSize": str(128 << 20),
        # Outside UTC, Delta reads a table's whole state again at every commit, because it does not
        # trust its list of files where partitions are timestamps. No table here is partitioned by a
        # timestamp.
        "spark.databricks.delta.allFilesInCrc.verificationMode.forceOnNonUTC.enabled": "false",
        # For error messages, Python sends the JVM the line of every column function: six calls
        # each, thousands of times per run.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.driver.memory": settings.driver_memory,
        # The first holds cached and shuffled rows, java.io.tmpdir the temporary files of Spark and
        # its libraries; both hold keys of people.
        "spark.local.dir": ",".join(map(str, scratch)),
        "spark.driver.extraJavaOptions": " ".join(
            (
                *JAVA_FLAGS,
                *(java_option(name, value) for name, value in _quiet().items()),
                java_option("java.io.tmpdir", str(scratch[0])),
            )
        ),
        "spark.hadoop.hadoop.tmp.dir": str(scratch[0]),  # files on their way to an object store
        # A run makes several thousand plans, many of them alike. With the default of 100 kept, they
        # are compiled repeatedly.
        "spark.sql.codegen.cache.maxEntries": "5000",
        # Java does not compile a method over 8,000 bytes, and with Spark's default limit plans of
        # many columns are interpreted.
        "spark.sql.codegen.hugeMethodLimit": "8000",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",  # its \r bars corrupt logs
        "spark.log.level": "ERROR" if os.environ.get("DESIRELINES_DEBUG") else "OFF",
        # Never used: tables are paths.
        "spark.sql.warehouse.dir": str(scratch[0] / "spark-warehouse"),
    }


def _quiet() -> dict[str, str]:
    """Java properties that keep libraries from writing to standard error."""
    # A missing system BLAS is reported from C, past every logger. Java's own BLAS also gives the
    # same sums on every machine.
    quiet = {"dev.ludovic.netlib.blas.allowNative": "false"}
    if not os.environ.get("DESIRELINES_DEBUG"):
        quiet["log4j2.configurationFile"] = QUIET_LOG.as_uri()  # read before spark.log.level
    return quiet


def java_option(name: str, value: str) -> str:
    """A Java system property, quoted for Spark's launcher so that white space does not end it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"-D{name}={escaped}"'


def check_java() -> str:
    """Give the version of Java that Spark will use.

    Raises:
        MachineError: there is none, or Spark 4.2 does not run on its version.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    want = " or ".join(str(v) for v in JAVA_VERSIONS)
    how = (
        "On Debian or Ubuntu: apt-get install openjdk-17-jre-headless; elsewhere install a JRE 17 "
        "or 21 and set JAVA_HOME."
    )
    if java is None:
        where = (
            f"JAVA_HOME is {home}, which holds no bin/java"
            if home
            else "there is no java on PATH and JAVA_HOME is not set"
        )
        raise MachineError(f"Java {want} is needed: {where}. {how}")
    printed = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)(?:\.(\d+))?', printed.stderr + printed.stdout)
    major = (
        int(version[2] if version and version[1] == "1" and version[2] else version[1])
        if version
        else 0
    )
    if major not in JAVA_VERSIONS:
        raise MachineError(f"Java {want} is needed: {java} is version {major or 'unknown'}. {how}")
    return version[0].removeprefix('version "') if version else ""


def _is_managed() -> bool:
    """Whether the session is configured elsewhere: Connect, Databricks, spark-submit."""
    return any(
        os.environ.get(name)
        for name in ("SPARK_REMOTE", "DATABRICKS_RUNTIME_VERSION", "PYSPARK_GATEWAY_PORT")
    )
