"""What visits are made of, counted per segment and for everybody: the numbers of the report.

Direct repeats of a step count once. Every count is of visits, of moves, or of messages; it is
published where at least ten people take part, and where no other count follows from it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from desirelines.catalogue.kinds import CONTACT_KINDS, OUTBOUND_KINDS
from desirelines.columns.small_groups import keep_publishable
from desirelines.paths.person_batches import with_segments
from desirelines.paths.transitions import PATH_END, PATH_START

MOST = 1000
"""Rows of a kind per segment: the most frequent ones, on a tie the first by name."""


class Counted(StrEnum):
    """What a row counts, and what its key holds."""

    LENGTH = "length"
    """Visits with at least so many steps; [place]. Place 1: all visits."""
    PLACE = "place"
    """Visits with the step at the place; [place, step]."""
    MOVED = "moved"
    """Visits that go on after the step at the place; [place, step]."""
    NEXT = "next"
    """Visits that go on with a step, or end with path_end; [place, step, next]."""
    PATH = "path"
    """Visits with exactly these steps, of two or more; [step, …]."""
    STEP = "step"
    """How often the step comes in visits; [step]."""
    MOVE = "move"
    """How often a step follows a step, path_start or path_end; [from, to]."""
    HOUR = "hour"
    """Visits that start in the hour of the weekday (site zone); [1 for Monday … 7, 0 … 23]."""
    CONTACT = "contact"
    """Messages of a kind, sent, opened or clicked; [kind]."""


def without_outbound(sessions: DataFrame) -> DataFrame:
    """Sessions without the steps that are messages sent to the person."""
    kinds = F.array(*[F.lit(kind) for kind in OUTBOUND_KINDS])
    kept = F.filter(
        F.arrays_zip("steps", "step_kinds"), lambda s: ~F.array_contains(kinds, s["step_kinds"])
    )
    return sessions.withColumn("steps", F.transform(kept, lambda s: s["steps"]))


def to_visit_counts(
    sessions: DataFrame,
    members: DataFrame,
    *,
    places: int,
    most_paths: int,
    zone: str,
    overlapping: Collection[str] = (),
) -> DataFrame:
    """Counts of sessions: segment_id, what, key (list of texts), n, people_count.

    `sessions` have person_id, is_visit, started_at, steps and the counts of messages. Places are
    counted up to `places`, and at most `most_paths` whole paths of a segment. A count is of a
    segment's members, or of everybody ('all'); `overlapping` are the segments that do not divide
    everybody. One shuffle of a person's counts, and one of their sums.
    """
    compact = F.expr(
        "transform(filter(transform(steps, (s, i) -> struct(s, i)), "
        "x -> x.i = 0 OR x.s != steps[x.i - 1]), x -> x.s)"
    )
    rows = sessions.withColumn("_path", compact)
    is_visit = F.col("is_visit") & (F.size("_path") > 0)
    nothing = F.array().cast("array<struct<what:string,key:array<string>,n:bigint>>")
    parts = F.concat(F.when(is_visit, _of_visit(places, zone)).otherwise(nothing), _contacts())
    each = rows.select("person_id", F.explode(parts).alias("c")).select("person_id", "c.*")
    of_person = each.groupBy("person_id", "what", "key").agg(F.sum("n").alias("n"))
    counted = (
        with_segments(of_person, members)
        .select(F.explode("segments").alias("segment_id"), "what", "key", "n")
        .groupBy("segment_id", "what", "key")
        .agg(F.sum("n").alias("n"), F.count("*").alias("people_count"))
    )
    published = keep_publishable(counted, "what", "key", overlapping=overlapping)
    rank = Window.partitionBy("segment_id", "what").orderBy(F.col("n").desc(), F.to_json("key"))
    most = F.when(F.col("what") == Counted.PATH.value, F.lit(most_paths)).otherwise(F.lit(MOST))
    ranked = published.withColumn("_rank", F.row_number().over(rank))
    return ranked.filter(F.col("_rank") <= most).drop("_rank")


def _of_visit(places: int, zone: str) -> Column:
    """Everything that one visit counts for."""
    path, size = F.col("_path"), F.size("_path")
    here = F.slice(path, 1, F.lit(places))
    ends = F.concat(F.array(F.lit(PATH_START)), path, F.array(F.lit(PATH_END)))

    def following(i: Column) -> Column:
        return F.get(ends, i + 2)

    local = F.from_utc_timestamp("started_at", zone)
    hour = F.array((F.weekday(local) + 1).cast("string"), F.hour(local).cast("string"))
    # The place after the last one is counted, too: so many visits go on beyond the picture.
    lengths = F.sequence(F.lit(1), F.least(size, F.lit(places + 1)))
    moved = F.filter(
        F.transform(here, lambda s, i: _counted(Counted.MOVED, _text(i + 1), s)),
        lambda c: F.get(c["key"], F.lit(0)).cast("int") < size,
    )
    return F.concat(
        F.transform(lengths, lambda n: _counted(Counted.LENGTH, _text(n))),
        F.transform(here, lambda s, i: _counted(Counted.PLACE, _text(i + 1), s)),
        moved,
        F.transform(here, lambda s, i: _counted(Counted.NEXT, _text(i + 1), s, following(i))),
        F.filter(F.array(_row(Counted.PATH, path)), lambda c: F.size(c["key"]) > 1),
        F.transform(path, lambda s: _counted(Counted.STEP, s)),
        F.transform(
            F.slice(ends, F.lit(1), F.size(ends) - 1),
            lambda s, i: _counted(Counted.MOVE, s, F.get(ends, i + 1)),
        ),
        F.array(_row(Counted.HOUR, hour)),
    )


def _contacts() -> Column:
    """Messages of each kind, of a session that has some."""
    rows = [
        _row(Counted.CONTACT, F.array(F.lit(kind)), F.col(f"{kind}_count"))
        for kind in CONTACT_KINDS
    ]
    return F.filter(F.array(*rows), lambda c: c["n"] > 0)


def _text(number: Column) -> Column:
    return number.cast("string")


def _counted(what: Counted, *key: Column) -> Column:
    return _row(what, F.array(*key))


def _row(what: Counted, key: Column, n: Column | None = None) -> Column:
    count = F.lit(1) if n is None else n
    return F.struct(
        F.lit(what.value).alias("what"), key.alias("key"), count.cast("bigint").alias("n")
    )
