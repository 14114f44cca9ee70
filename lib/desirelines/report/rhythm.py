"""When visits start: a heatmap of hours and weekdays, and the busiest of each in words."""

from __future__ import annotations

from desirelines.report.chart import NARROW
from desirelines.report.heatmap import Cell, Look, heatmap
from desirelines.report.text import count_text, percent_text
from desirelines.report.view_model import Grid, Picture
from desirelines.report.visits import Counts

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = 24


def rhythm_picture(counts: Counts, time_zone: str) -> Picture | None:
    """Visits by hour and weekday; null where none may be shown."""
    visits, found = counts.all_visits, counts.keys("hour")
    if not found or not visits:
        return None
    of_cell = {(int(d) - 1, int(h)): counts.visits("hour", d, h) or 0 for d, h in found}
    cells = [
        Cell(
            day,
            hour,
            float(n),
            "",
            f"{DAYS[day]}, {hour:02d}:00 to {(hour + 1) % HOURS:02d}:00: {count_text(n)} visits "
            f"({percent_text(n / visits, 1)} of all)",
        )
        for (day, hour), n in sorted(of_cell.items())
    ]
    look = Look(
        (0.0, float(max(of_cell.values()))),
        width=NARROW,
        row_height=20,
        is_level=True,
        text_size=0,
    )
    heads = [str(hour) if hour % 6 == 0 else "" for hour in range(HOURS)]
    table = Grid(
        ("day", "hour", "visits", "of all visits"),
        tuple(
            (DAYS[day], f"{hour:02d}:00", count_text(n), percent_text(n / visits, 1))
            for (day, hour), n in sorted(of_cell.items())
        ),
        words=2,
    )
    return Picture(
        "When visits start",
        heatmap([day[:3] for day in DAYS], heads, cells, look),
        table,
        f"By hour and weekday, {time_zone} time; the darker, the more visits. Blank: none, or of "
        "fewer than ten people.",
    )


def rhythm_words(counts: Counts) -> str:
    """The busiest hour and weekday; empty where nothing may be shown."""
    visits = counts.all_visits
    if not visits:
        return ""
    days, hours = [0] * len(DAYS), [0] * HOURS
    for key in counts.keys("hour"):
        n = counts.visits("hour", *key) or 0
        days[int(key[0]) - 1] += n
        hours[int(key[1])] += n
    if not sum(days):
        return ""
    day, hour = days.index(max(days)), hours.index(max(hours))
    # Hours of few people are withheld, so there can be more.
    least = "" if sum(days) == visits else "at least "
    return (
        f"Most visits start on {DAYS[day]} ({least}{percent_text(days[day] / visits)} of all), and "
        f"between {hour:02d}:00 and {(hour + 1) % HOURS:02d}:00 "
        f"({least}{percent_text(hours[hour] / visits)})."
    )
