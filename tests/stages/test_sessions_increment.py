"""Deliveries one after the other, some late, give the sessions of a single delivery of everything.

The cost is that of the new rows.
"""

import json
from datetime import timedelta

import pytest
from pyspark.sql import functions as F

from tests.support import shop

HOW = "sessions: {max_hours: 0.5, on_midnight: true}\nsite: {time_zone: Europe/Berlin}\n"


def late_night():
    """Clicks across midnight in Berlin (23:00 UTC), the later half first to arrive."""
    start = shop.START.replace(hour=22, minute=40) + timedelta(days=2)
    return [
        {
            "id": f"night{n}", "at": (start + timedelta(minutes=9 * n)).isoformat(),
            "cookie": "owl", "user": ("", "ann", "bob")[n // 4], "event": "view", "url": "/",
            "category": "", "order": "", "paid": "", "agent": "Mozilla/5.0",
        }
        for n in range(12)
    ]  # fmt: skip


def at_an_even_beat():
    """Clicks every two seconds for a minute, and one more in their session.

    An hour later there are one click of a person, one with a bot's agent and one without an agent.
    """
    start = shop.START + timedelta(days=3)
    clicks = [(2 * n, "Mozilla/5.0") for n in range(30)]
    clicks += [(1500, "Mozilla/5.0"), (5400, "Mozilla/5.0"), (5460, "okhttp/4.9.2"), (5520, "")]
    return [
        {
            "id": f"beat{n}", "at": (start + timedelta(seconds=second)).isoformat(),
            "cookie": "beat", "user": "", "event": "view", "url": f"/{n}", "category": "",
            "order": "", "paid": "", "agent": agent,
        }
        for n, (second, agent) in enumerate(clicks)
    ]  # fmt: skip


def content(spark, folder):
    sessions = spark.read.format("delta").load(str(folder / "warehouse" / "sessions"))
    return sorted(sessions.drop("period_on").collect(), key=lambda r: r["session_id"])


def tags_of(spark, folder):
    """Bots by rhythm: reason, start, seconds, events."""
    tags = spark.read.format("delta").load(str(folder / "warehouse" / "stream_tags"))
    seconds = "cast(until_at as long) - cast(from_at as long)"
    rows = tags.filter("reason != 'bot_agent'").selectExpr(
        "reason", "date_format(from_at, 'yyyy-MM-dd HH:mm:ss')", seconds, "event_count"
    )
    return sorted(tuple(r) for r in rows.collect())


def files_of_days(spark, folder):
    found = spark.read.format("delta").load(str(folder / "warehouse" / "sessions"))
    rows = found.select("started_on", F.input_file_name().alias("f")).distinct().collect()
    return {
        str(day): {r["f"] for r in rows if r["started_on"] == day}
        for day in {r["started_on"] for r in rows}
    }


def deliveries():
    night = late_night()
    beat = at_an_even_beat()
    first = shop.rows(0, 6) + night[6:] + beat[:27]
    late = [r for n, r in enumerate(shop.rows(4, 6)) if n % 7 == 0]
    return (
        [r for r in first if r not in late],
        late + night[:6] + beat[27:30],
        shop.rows(6, 8) + beat[30:],
    )


@pytest.mark.integration
def test_sessions_add_up_with_plans_as_users_have_them(spark, cli, compiled, tmp_path):
    """Compiled, and planned again at every shuffle: what is counted on the way must arrive."""
    conf = str(shop.configure(tmp_path))
    for name, rows in (("first.csv", shop.rows(0, 4)), ("second.csv", shop.rows(4, 6))):
        shop.write(tmp_path / "in", name, rows)
        for stage in ("ingest-events", "build-sessions"):
            assert cli(stage, "--conf", conf) == 0, stage
    events = sum(session["event_count"] for session in content(spark, tmp_path))
    assert events == len(shop.rows(0, 6))


@pytest.mark.integration
def test_increments_give_the_sessions_of_the_whole_and_a_rebuild_changes_nothing(
    spark, cli, capsys, tmp_path
):
    parts, whole, (first, second, third) = tmp_path / "parts", tmp_path / "whole", deliveries()
    for folder in (parts, whole):
        folder.mkdir()
        shop.configure(folder, HOW)
    conf = parts / "conf.yaml"  # files of a day each; the whole has files of a month
    conf.write_text(conf.read_text().replace("buckets: 4", "buckets: 4, period: day"))

    def build(folder, rows, name, *stages):
        shop.write(folder / "in", f"{name}.csv", rows)
        for stage in stages:
            capsys.readouterr()
            assert (
                cli(
                    stage,
                    "--conf",
                    str(folder / "conf.yaml"),
                    "--run-id",
                    f"20260120T00000{name}Z-aaaaaa",
                )
                == 0
            )
        return capsys.readouterr().err

    assert f"{len(first):,} events" in build(parts, first, 1, "ingest-events", "build-sessions")
    before = files_of_days(spark, parts)
    output = build(parts, second, 2, "ingest-events", "build-sessions")
    touched = int(
        output.split(" events touched")[0].rsplit(None, 1)[-1].lstrip("(").replace(",", "")
    )
    assert len(second) < touched < len(first) / 2
    after = files_of_days(spark, parts)
    assert {d for d in before if before[d] == after.get(d)} == {
        "2026-01-05",
        "2026-01-06",
    }  # the owl comes on the 7th
    build(parts, third, 3, "run")
    build(
        whole,
        [*reversed(third), *reversed(second), *reversed(first)],
        1,
        "ingest-events",
        "build-sessions",
    )
    expected = content(spark, whole)
    assert content(spark, parts) == expected
    tags = [tags_of(spark, folder) for folder in (parts, whole)]
    at = (shop.START + timedelta(days=3)).isoformat()[:16].replace("T", " ")
    assert tags == [[("rhythm", f"{at}:00", 1500, 31)]] * 2
    assert {r["cause"] for r in expected} == {
        "first_event",
        "idle_timeout",
        "max_duration",
        "midnight",
        "user_changed",
    }

    conf = str(parts / "conf.yaml")
    assert cli("rebuild", "--conf", conf, "--from", "2026-01-07", "--format", "json") == 0
    output = json.loads(capsys.readouterr().out.splitlines()[-1])
    names = ("identity_map", "stream_owners", "people", "sessions", "features")
    assert {t["table"]: t["is_same"] for t in output["tables"]} == dict.fromkeys(names, True)
    assert all(t["rows_after"] > 10 for t in output["tables"])
    sessions = str(parts / "warehouse" / "sessions")
    spark.sql(
        f"UPDATE delta.`{sessions}` SET event_count = 99 WHERE started_on = '2026-01-09' "
        "AND bucket = 1"
    )
    assert cli("rebuild", "--conf", conf) == 3
    assert "sessions: " in capsys.readouterr().out
    assert content(spark, parts) == expected
