"""Start the JVM of the embedded session, and pass what it writes on to standard error."""

from __future__ import annotations

import os
import re
from threading import Thread

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway

NOISE = re.compile(
    # Spark always adds this module, and Java has no option to leave its warning out.
    rb"WARNING: Using incubator modules: jdk\.incubator\.vector\n"
    # Delta prints what VACUUM did.
    rb"|Deleted \d+ files and directories in a total of \d+ directories\.\n"
)
"""Lines that say nothing to anybody and that no option prevents."""


def start_java(conf: SparkConf) -> None:
    """Start the JVM for the coming session, unless this process has one.

    Every line that it writes arrives at standard error, except for `NOISE`: standard output is for
    the result of a command.
    """
    if SparkContext._gateway is not None:
        return
    read, write = os.pipe()
    Thread(target=_pass_on, args=(read,), name="stderr-of-java", daemon=True).start()
    try:
        gateway = launch_gateway(conf, {"stdout": write, "stderr": write})  # type: ignore[no-untyped-call] # PySpark's
    finally:
        os.close(write)
    SparkContext._ensure_initialized(gateway=gateway, conf=conf)


def _pass_on(read: int) -> None:
    with os.fdopen(read, "rb") as lines:
        for line in lines:
            if not NOISE.fullmatch(line):
                os.write(2, line)
