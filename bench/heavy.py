"""Part heavy: sessions where one stream holds 2 % or 20 % of all events.

They are compared with the same events in their own streams.
"""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.events import events
from bench.harness import Comparison, Facts, Part, Variant
from bench.sessions import BUCKETS, to_nowhere
from desirelines.sessions.sessions import to_sessions
from desirelines.settings.sessions import Sessions

SHARES = {"two_percent": 0.02, "twenty_percent": 0.2}
COMPARISONS = (
    Comparison("two_percent", "as_it_is", None),
    Comparison("twenty_percent", "as_it_is", None),
)


def heavy_part(spark: SparkSession, size: int, out: Path) -> Part:
    """Name the variants; every event is in a session, in any stream."""
    rows = events(spark, size, out)
    count = rows.count()

    def sessions(share: float) -> DataFrame:
        place = F.pmod(F.xxhash64("event_id", F.lit("heavy")), F.lit(10_000))
        mine = F.when(place < int(share * 10_000), F.lit("one")).otherwise(F.col("stream_id"))
        return to_sessions(
            rows.withColumn("stream_id", mine), Sessions(), zone="UTC", buckets=BUCKETS
        )

    def facts(share: float) -> Facts:
        held = sessions(share).agg(F.sum("event_count")).collect()[0][0]
        return Facts(rows=0, events=int(held), steps=0, checksum="every event is in a session")

    return Part(
        title="heavy",
        variants=tuple(
            Variant(
                name,
                lambda share=share: to_nowhere(sessions(share)),
                lambda share=share: facts(share),
            )  # type: ignore[misc]
            for name, share in {"as_it_is": 0.0, **SHARES}.items()
        ),
        comparisons=COMPARISONS,
        events=count,
        notes=(
            "one stream is one task and one table in memory; "
            "sessions.most_events_of_a_stream (off here) bounds both.",
        ),
    )
