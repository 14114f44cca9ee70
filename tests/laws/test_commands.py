"""Laws of history: they hold after every command of a random sequence, and after random kills.

`LAW_SEQUENCES` sets the number of sequences (default 4), `LAW_STEPS` the most commands in one
(default 6).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import laws, published, shop

pytestmark = pytest.mark.campaign

ROOT = Path(__file__).parents[2]
STAGES = (
    "ingest-events", "resolve-identities", "build-sessions", "build-features", "fit-clusters",
    "assign-segments", "build-paths", "publish",
)  # fmt: skip
SEQUENCES, STEPS = int(os.environ.get("LAW_SEQUENCES", "4")), int(os.environ.get("LAW_STEPS", "6"))
ENDS = {0, 2, 3, 4, 5}
"""Exit codes with which a command may end: done, or refused with a message. 1 is `unexpected`."""

run_ids = st.sampled_from([None, None, "first", "second", "x", "y"])
dates = st.sampled_from([None, None, "2026-01-20", "2026-02-01", "2026-12-24"])
extras = st.sampled_from(
    [
        "",
        "sessions: {gap_minutes: 10}",
        "segments: {new_buyer_days: 5}",
        "features: {window_days: 20}",
        "paths: {top_steps: 2}",
    ]
)
whole_runs = st.tuples(st.sampled_from(["run", "assign"]), run_ids, dates, st.booleans())
stages = st.tuples(st.sampled_from(STAGES), run_ids, st.none(), st.just(False))
tails = st.just(("stages one by one", "x", None, False))
others = st.sampled_from(
    [("rebuild", None, None, False), ("requeue", None, None, False), ("rename", None, None, False)]
)
published_before = st.sampled_from(["first", "second"])
pasts = st.tuples(
    st.sampled_from(["rollback", "replay"]), published_before, st.none(), st.just(False)
)
upkeep = st.just(("maintain", None, None, False))
deliveries = st.just(("deliver", None, None, False))
changes = st.tuples(st.just("settings"), extras, st.none(), st.just(False))
steps = st.one_of(whole_runs, whole_runs, stages, tails, others, pasts, upkeep, deliveries, changes)
killed = st.one_of(st.none(), st.none(), st.integers(0, 60))


class Shop:
    """One published shop, and the commands that run on it."""

    def __init__(self, folder, spark, cli, secret_files):
        self.folder, self.spark, self.cli, self.secret_files = folder, spark, cli, secret_files
        self.next_day = published.THIRD[0]
        self.history = laws.check(spark, folder)
        self.is_torn = False

    def arguments(self, run_id, as_of, force):
        named = {"--run-id": run_id, "--as-of": as_of}
        given = [word for name, value in named.items() if value for word in (name, value)]
        return ["--conf", str(self.folder / "conf.yaml"), *given, *(["--force"] if force else [])]

    def words(self, step):
        """The command lines of a step."""
        command, run_id, as_of, force = step
        if command == "stages one by one":
            return [[s, *self.arguments(run_id, None, False)] for s in STAGES[1:]]
        if command == "rename":
            segment = laws.rows_of(self.spark, self.folder, laws.tables.SEGMENT_SIZES)[0][
                "segment_id"
            ]
            return [["rename", segment, "By hand", "--conf", str(self.folder / "conf.yaml")]]
        if command in {"rollback", "replay"}:
            return [[command, run_id, *self.arguments(None, None, False)]]
        return [[command, *self.arguments(run_id, as_of, force and command in {"run", "assign"})]]

    def do(self, step, killed_at, capsys):
        command, given = step[0], step[1]
        if command == "deliver":
            published.deliver(self.spark, self.folder, shop.rows(self.next_day, self.next_day + 2))
            self.next_day += 2
            return
        if command == "settings":
            published.configure(self.folder, given + "\n")
            return
        for words in self.words(step):
            if killed_at is None:
                capsys.readouterr()
                code = self.cli(*words)
                assert code in ENDS, (words, code, capsys.readouterr().err)
                assert (words[0], code) != ("replay", 3), "a published run is not the same any more"
                is_mending = words[0] in {"run", "assign", *STAGES} and code in {0, 3, 4}
                self.is_torn = self.is_torn and not is_mending
            else:
                sets = [
                    w
                    for name, file in self.secret_files.items()
                    for w in ("--set", f"secrets.{name}_file={file}")
                ]
                done = subprocess.run(
                    [sys.executable, "-m", "tests.faults.killed", str(killed_at), *words, *sets],
                    cwd=ROOT, capture_output=True, text=True, check=False, timeout=900,
                    env=os.environ,
                )  # fmt: skip
                assert done.returncode in {-9, *ENDS}, (words, done.returncode, done.stderr)
                self.is_torn = self.is_torn or done.returncode == -9
        self.history = laws.check(self.spark, self.folder, self.history, is_torn=self.is_torn)


@settings(
    max_examples=SEQUENCES, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(sequence=st.lists(st.tuples(steps, killed), min_size=2, max_size=STEPS))
def test_history_holds_after_any_commands(
    sequence, published_template, spark, cli, secret_files, tmp_path_factory, capsys
):
    folder = tmp_path_factory.mktemp("laws") / "shop"
    published.copy_to(published_template, folder)
    tried = Shop(folder, spark, cli, secret_files)
    for step, killed_at in sequence:
        tried.do(step, killed_at, capsys)
    tried.do(("deliver", None, None, False), None, capsys)
    tried.do(("run", None, None, False), None, capsys)
    assert not tried.is_torn, "the last run made up for every kill"
    assert [r["run_id"] for r in laws.chain(spark, folder)][:2] == ["first", "second"]
    shutil.rmtree(folder)
