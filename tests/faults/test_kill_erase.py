"""A driver killed at writes of an erasure, and within a MERGE and a VACUUM: all end the same."""

import re
import shutil

import pytest

from desirelines import tables
from desirelines.columns.keys import key_of
from tests.faults.test_kill import command, content, forget_logs
from tests.support import shop
from tests.support.needles import Needles

pytestmark = pytest.mark.campaign

SOMEONE = shop.mess()[0]["cookie"].removeprefix("cookie")
EVERY = 6
"""Of all writes, every sixth is killed; the whole takes a quarter of an hour."""
MIDST = 0.15
"""Seconds after which a statement of a small table is under way."""


def test_an_erasure_that_is_killed_anywhere_ends_the_same(spark, cli, tmp_path, secret_files):
    secret = secret_files["data"].read_bytes().strip()
    keys = {key_of(secret, t, f"{t}{SOMEONE}") for t in ("cookie", "user")}
    needles = Needles(keys, {f"cookie{SOMEONE}", f"user{SOMEONE}"})
    people = [t.name for t in tables.ALL if t.erased_by]
    request, place = tmp_path / "request", tmp_path / "place"
    request.write_text(f"user:user{SOMEONE}")
    inbox = place / "inbox"
    given = ("--request", str(request), "--now", "--set", f"erasure.inbox={inbox}")

    place.mkdir()
    conf = str(shop.configure(place))
    shop.write(place / "in", "first.csv", shop.rows(0, 9) + shop.mess())
    assert cli("run", "--conf", conf) == 0
    before = tmp_path / "before"
    shutil.copytree(place, before)
    unharmed = command(place, secret_files, -1, "erase", *given)
    assert unharmed.returncode == 0, unharmed.stderr
    writes = int(re.search(r"writes: (\d+)", unharmed.stdout)[1])
    expected = content(spark, place, people)
    assert not [f for f in (place / "warehouse").rglob("*") if f.is_file() and needles.in_file(f)]

    midst = [(n, MIDST) for n in range(3, writes, 2 * EVERY)]
    for n, within in [*((n, None) for n in range(0, writes, EVERY)), *midst]:
        shutil.rmtree(place)
        shutil.copytree(before, place)
        forget_logs(spark)
        killed = command(place, secret_files, n, "erase", *given, within=within)
        assert killed.returncode == -9, (n, within, killed.stderr)
        words = ("--now", "--conf", conf, "--set", f"erasure.inbox={inbox}")
        assert cli("erase", "run", *words) == 0, (n, within)
        left = [f for f in (place / "warehouse").rglob("*") if f.is_file() and needles.in_file(f)]
        assert left == [], (n, within)
        assert content(spark, place, people) == expected, (n, within)
        receipts = spark.read.format("delta").load(str(place / "warehouse" / "erasure_receipts"))
        assert receipts.count() == 1, (n, within)
        assert not list(inbox.glob("*")), (n, within)
        assert cli("erase", "verify", "--conf", conf) == 0, (n, within)
