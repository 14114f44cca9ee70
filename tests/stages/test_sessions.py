"""Sessions of a whole shop, and of a stream that is too long."""

from datetime import timedelta

from pyspark.sql import functions as F

from desirelines import tables
from tests.support import shop
from tests.support.published import FIRST, read


def test_sessions_are_the_visits_without_the_robot(spark, first_template):
    visits = {(r["cookie"], r["at"][:10]) for r in shop.rows(*FIRST)}
    sessions = read(spark, first_template, tables.SESSIONS)
    assert sessions.count() == len(visits)
    assert sessions.agg(F.sum("event_count")).collect()[0][0] == len(shop.rows(*FIRST))
    assert sessions.select("session_id").distinct().count() == len(visits)
    assert [r["reason"] for r in read(spark, first_template, tables.STREAM_TAGS).collect()] == [
        "bot_agent"
    ]


def test_a_stream_over_the_cap_keeps_its_first_events_however_they_arrived(
    spark, cli, capsys, tmp_path
):
    start = shop.START + timedelta(days=1)
    crowd = [
        {
            "id": f"crowd{n:03d}",
            "at": (start + timedelta(minutes=4 * n + n * 37 % 11 / 4)).isoformat(),
            "cookie": "kiosk", "user": "", "event": "view", "url": "/", "category": "", "order": "",
            "paid": "", "agent": "Mozilla/5.0",
        }
        for n in range(90)
    ]  # fmt: skip
    others = shop.rows(0, 2)
    shop.configure(tmp_path, "sessions: {most_events_of_a_stream: 50}\n")
    conf = str(tmp_path / "conf.yaml")
    for number, rows in ((1, others + crowd[:60]), (2, crowd[60:])):
        shop.write(tmp_path / "in", f"{number}.csv", rows)
        for stage in ("ingest-events", "build-sessions"):
            assert cli(stage, "--conf", conf, "--run-id", f"20260120T00000{number}Z-aaaaaa") == 0
        output = capsys.readouterr().err
        assert "1 streams have more than 50 events" in output
        assert f"{(10, 30)[number - 1]} over the cap" in output
        sessions = spark.read.format("delta").load(str(tmp_path / "warehouse" / "sessions"))
        assert tuple(sessions.agg(F.sum("event_count"), F.max("event_count")).collect()[0]) == (
            len(others) + 50,
            50,
        )
