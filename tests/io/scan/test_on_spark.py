"""A scan by Spark finds the same, and tells nobody what it looks for."""

import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.io.scan.on_spark import scan_on_spark
from desirelines.io.scan.run import scan

DIGEST, ANN = "0123456789abcdef" * 2, "ann@example.com"
NEEDLES = needles_of([Sought(0, KEY, DIGEST), Sought(1, "email", ANN), Sought(2, "user", "7")])


@given(st.lists(st.sampled_from(["", "x", DIGEST, f'"{ANN}"', '{"a":"7"}', "PAR1"]), max_size=5))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_finds_what_a_plain_process_finds(spark, tmp_path_factory, contents):
    folder = tmp_path_factory.mktemp("scanned")
    for n, text in enumerate(contents):
        (folder / f"{n}").write_text(text)
    assert scan_on_spark(spark, str(folder), NEEDLES) == scan(str(folder), NEEDLES)


PROGRAM = """
import sys
from pyspark.sql import SparkSession
from desirelines.erasure.needles import KEY, Sought, needles_of
from desirelines.io.scan.on_spark import scan_on_spark
folder, logs, digest, name = sys.argv[1:]
spark = (SparkSession.builder.master("local[1]").config("spark.eventLog.enabled", "true")
    .config("spark.eventLog.dir", logs).config("spark.eventLog.compress", "false")
    .config("spark.ui.enabled", "false").getOrCreate())
more = [Sought(n, "email", f"{n}{name}") for n in range(5000)]
found = scan_on_spark(spark, folder, needles_of([Sought(7, KEY, digest), *more]))
assert [h.request for f in found.files for h in f.hits] == [7, 7]
spark.stop()
"""


@pytest.mark.integration
def test_the_event_log_of_spark_holds_nothing_that_is_sought(tmp_path):
    folder, logs = tmp_path / "in", tmp_path / "logs"
    for place in (folder / f"user={quote(DIGEST)}", logs):
        place.mkdir(parents=True)
    (folder / f"user={DIGEST}" / "a.json").write_text(DIGEST)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(logs), DIGEST, ANN],
        capture_output=True, text=True, check=False, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = scan(str(logs), needles_of([Sought(0, KEY, DIGEST), Sought(1, "email", f"7{ANN}")]))
    assert found.size > 10_000
    assert found.is_clean
    assert DIGEST not in done.stdout + done.stderr
