"""The two Delta jars.

They are fetched once by coordinates through Spark's own resolver, checked, and kept beside the
interpreter.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from desirelines.errors import MachineError

JARS: dict[str, tuple[str, str]] = {
    "delta-spark_4.2_2.13-4.4.0.jar": (
        "io.delta:delta-spark_4.2_2.13:4.4.0",
        "27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead",
    ),
    "delta-storage-4.4.0.jar": (
        "io.delta:delta-storage:4.4.0",
        "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc",
    ),
}

_RESOLVE = """
import sys
from pyspark.sql import SparkSession as S
s = (S.builder.master("local[1]").config("spark.ui.enabled", "false")
     .config("spark.jars.ivy", sys.argv[1]).config("spark.log.level", "ERROR").getOrCreate())
for c in sys.argv[2:]:
    s.sql(f"ADD JAR 'ivy://{c}?transitive=false'")
s.stop()
"""


def jars_folder() -> Path:
    """The folder of the jars.

    It is inside the running environment, so that a fresh environment fetches its own.
    """
    return Path(sys.prefix) / "share" / "desirelines" / "jars"


def present_jars() -> list[Path]:
    """The jars that are there and intact; if fewer than all, they must be fetched."""
    return [
        p
        for name, (_, digest) in JARS.items()
        if (p := jars_folder() / name).is_file() and _sha256(p) == digest
    ]


def fetch_jars() -> list[Path]:
    """Give the two jars; fetch the missing ones.

    Raises:
        MachineError: they cannot be fetched, or a fetched file is not the released one.
    """
    present = present_jars()
    if len(present) == len(JARS):
        return present
    with tempfile.TemporaryDirectory(prefix="desirelines-jars-") as scratch:
        done = subprocess.run(
            [sys.executable, "-c", _RESOLVE, scratch, *(c for c, _ in JARS.values())],
            env=os.environ | {"PYSPARK_PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )
        jars_folder().mkdir(parents=True, exist_ok=True)
        for name, (coordinates, digest) in JARS.items():
            fetched = list(Path(scratch).glob(f"jars/*{name}"))
            if not fetched:
                tail = done.stderr.strip().splitlines()[-1:] or ["no output"]
                raise MachineError(
                    f"the Delta jar {coordinates} could not be fetched ({tail[0]}). It is fetched "
                    "once from Maven Central through Spark's resolver: check the network and run "
                    f"again, or put {name} into {jars_folder()}."
                )
            if _sha256(fetched[0]) != digest:
                raise MachineError(
                    f"the fetched {name} has another SHA-256 than the released file; nothing was "
                    f"installed. Run again, or put the released file into {jars_folder()}."
                )
            shutil.copyfile(fetched[0], jars_folder() / f"{name}.part")
            (jars_folder() / f"{name}.part").replace(jars_folder() / name)
    return present_jars()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for jar in fetch_jars():
        sys.stdout.write(f"{jar.name} is in {jar.parent}\n")
