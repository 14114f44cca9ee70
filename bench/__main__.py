"""`python -m bench --part sessions --size 1000000`: run parts and print their tables.

The figures go to build/bench/<part>.json. Exit status: 0 also when a goal is missed (the table
says so), 1 when the variants do not give equal results.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from bench.clusters import choose_k_part, kmeans_part
from bench.components import chain_part, random_part, star_part
from bench.erasure import erasure_part
from bench.features import features_part
from bench.growth import growth_part
from bench.harness import Part, print_outcome, run_part, write_outcome
from bench.heavy import heavy_part
from bench.increment import increment_part
from bench.ingest import ingest_part
from bench.paths import paths_part
from bench.scan import scan_part
from bench.segments import segments_part
from bench.sessions import sessions_part
from desirelines.io.spark.session import spark_session
from desirelines.settings.model import Spark

PARTS: dict[str, Callable[[SparkSession, int, Path], Part]] = {
    "ingest": ingest_part,
    "sessions": sessions_part,
    "growth": growth_part,
    "increment": increment_part,
    "heavy": heavy_part,
    "paths": paths_part,
    "features": features_part,
    "kmeans": kmeans_part,
    "choose-k": choose_k_part,
    "segments-20": partial(segments_part, 20),
    "segments-100": partial(segments_part, 100),
    "scan": scan_part,
    "erasure": erasure_part,
    "components-chain": chain_part,
    "components-star": star_part,
    "components-random": random_part,
}
CORES = 2
OUT = Path("build/bench")


def main(arguments: list[str]) -> int:
    """Run the requested parts; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all")
    parser.add_argument(
        "--size",
        type=int,
        default=1_000_000,
        help="events, about (kmeans, choose-k, segments: people; erasure: sessions; components: "
        "links)",
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="timed rounds after the warm-up; the minimum counts"
    )
    asked = parser.parse_args(arguments)
    if asked.size < 1 or asked.rounds < 1:
        parser.error("--size and --rounds are at least 1")
    os.environ["POLARS_MAX_THREADS"] = str(CORES)  # Polars reads it when it is first imported
    spark, _ = spark_session(
        Spark(master=f"local[{CORES}]", driver_memory="5g", shuffle_partitions=8)
    )
    try:
        return max(
            [
                run_one(spark, name, asked.size, asked.rounds)
                for name in (PARTS if asked.part == "all" else [asked.part])
            ]
        )
    finally:
        spark.stop()


def run_one(spark: SparkSession, name: str, size: int, rounds: int) -> int:
    """Run one part and give its exit status."""
    print(machine_line(spark))
    outcome = run_part(PARTS[name](spark, size, OUT), rounds)
    print_outcome(outcome)
    print(f"written: {write_outcome(outcome, OUT / f'{name}.json')}")
    return 0 if outcome.is_equal else 1


def machine_line(spark: SparkSession) -> str:
    """The machine of the figures."""
    return (
        f"{os.cpu_count()} cores ({CORES} used), load {os.getloadavg()[0]:.1f}, "
        f"{platform.machine()}, "
        f"Python {platform.python_version()}, PySpark {pyspark.__version__}, Spark {spark.version}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
