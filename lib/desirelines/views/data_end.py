"""Where the data end: the newest day with events, without a few far ahead of all others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError
from desirelines.run.context import Run
from desirelines.tables import EVENTS

FEW_EVENTS = 20
"""In fewer events than this nothing is far ahead: the newest decides."""


def day_after_newest_event(run: Run) -> date:
    """The day (site zone) after the newest accepted event: the end of the data. Read once.

    A few events after a stretch of `ingest.most_gap_days` without any do not decide it: one wrong
    clock would make everybody look long gone. They stay in `events`, and are said.

    Raises:
        EmptyInputError: no event was accepted.
    """
    if "data_end" not in run.memo:
        run.memo["data_end"] = _data_end(run)
    data_end: date = run.memo["data_end"]
    return data_end


def _data_end(run: Run) -> date:
    if not run.warehouse.exists(EVENTS):
        raise EmptyInputError(
            "there are no events yet, so there is no as_of. Run `desirelines ingest-events` first."
        )
    bounds = run.warehouse.bounds(EVENTS, "occurred_at")
    if bounds is None:
        raise EmptyInputError(
            "no event was accepted: every row is in quarantine, late or suppressed. Run "
            "`desirelines check` to see the reasons."
        )
    newest: date = bounds[1].astimezone(ZoneInfo(run.settings.site.time_zone)).date()
    gap_days, count = run.settings.ingest.most_gap_days, run.warehouse.row_count(EVENTS)
    few = few_of(count)
    since = newest - timedelta(days=gap_days)
    # Statistics of files say that there are many, so that no row is read.
    if count < FEW_EVENTS or run.warehouse.rows_since(EVENTS, "occurred_on", since) > few:
        return newest + timedelta(days=1)
    local_day = F.to_date(F.from_utc_timestamp("occurred_at", run.settings.site.time_zone))
    by_day = run.warehouse.read(EVENTS).groupBy(local_day.alias("on")).agg(F.count("*").alias("n"))
    rows = by_day.orderBy(F.desc("on")).limit(few + 1).collect()
    days = [(row["on"], row["n"]) for row in rows]
    last, ahead = last_day(days, few=few, gap_days=gap_days)
    if not ahead:
        return newest + timedelta(days=1)
    run.progress.say(
        f"{ahead:,} of {count:,} events are more than {gap_days} days ahead of all others, the "
        f"newest on {newest}: the data are taken to end on {last}. If they are right, "
        "raise ingest.most_gap_days"
    )
    return last + timedelta(days=1)


def few_of(count: int) -> int:
    """The largest number of events that may be far ahead: a thousandth, and 1 to 10 at least."""
    return max(1, min(10, count // 100), count // 1000)


def last_day(days: Sequence[tuple[date, int]], *, few: int, gap_days: int) -> tuple[date, int]:
    """The day on which the data end, and the number of events after it.

    `days` are the newest days with events, newest first, with their numbers of events. The data end
    before the last stretch of more than `gap_days` days without events that has at most `few`
    events after it.
    """
    end, ahead, passed = days[0][0], 0, 0
    for (day, events), (before, _) in pairwise(days):
        passed += events
        if passed > few:
            break
        if (day - before).days > gap_days:
            end, ahead = before, passed
    return end, ahead
