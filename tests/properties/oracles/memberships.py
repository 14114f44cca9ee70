"""Membership over published runs in plain Python: from the members of each run, never from changes.

A story is what happened in one warehouse: runs in the order in which they were written, each with
its as_of, its members as {(person, segment): is_primary}, and whether it was published.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

FIRST_DAY = date(2026, 3, 1)
FIRST_MOMENT = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class WrittenRun:
    run_id: str
    as_of: date
    members: dict[tuple[str, str], bool]
    published_at: datetime | None


def story(random, name, *, most_runs=7):
    """Runs of a made warehouse; ids of runs and people begin with its name.

    About a third of the runs follow on the same day; about a quarter are never published.
    """
    keys = [(f"{name}-{person}", segment) for person in "abc" for segment in ("s1", "s2")]
    runs, members, day = [], {}, FIRST_DAY
    for n in range(random.randint(1, most_runs)):
        members = {
            key: random.random() < 0.5
            for key in keys
            if random.random() < 0.55 or (key in members and random.random() < 0.5)
        }
        day += timedelta(days=random.choice((0, 1, 3)))
        is_published = random.random() < 0.75
        at = FIRST_MOMENT + timedelta(hours=n) if is_published else None
        runs.append(WrittenRun(f"{name}-r{n}", day, members, at))
    return runs


def published(runs):
    return [run for run in runs if run.published_at is not None]


def changes(runs):
    """Rows of segment_changes: each run against the newest published run before it."""
    rows, before = [], {}
    for run in runs:
        for key in sorted({*before, *run.members}):
            was, now = before.get(key), run.members.get(key)
            if was != now:
                word = "entered" if was is None else "left" if now is None else "primary_changed"
                rows.append((run.run_id, *key, word, bool(now), run.as_of, 0))
        if run.published_at is not None:
            before = run.members
    return rows


def stays(runs):
    """Rows of segment_history: runs of the chain in which a key has one value without a break."""
    chain = published(runs)
    rows = []
    for key in {key for run in chain for key in run.members}:
        values = [run.members.get(key) for run in chain]
        begins = [n for n, v in enumerate(values) if n == 0 or v != values[n - 1]]
        for begin, end in pairwise([*begins, None]):
            if values[begin] is None:
                continue
            first, last = chain[begin], chain[end] if end is not None else None
            rows.append(
                (*key, values[begin], first.as_of, last and last.as_of, first.run_id,
                 last and last.run_id, begin + 1, last and end + 1, first.published_at,
                 last and last.published_at, first.as_of, last and last.as_of)
            )  # fmt: skip
    return rows


def members_where(runs, holds):
    """Members after the last published run for which the condition is true; nobody before one."""
    chosen = [run for run in published(runs) if holds(run)]
    return [(*key, main) for key, main in (chosen[-1].members if chosen else {}).items()]


def net_changes(runs, after, until):
    """(sequence, person, segment, change, is_primary) between two places of the chain."""
    states = [{}, *(run.members for run in published(runs))]
    after, until = (min(place, len(states) - 1) for place in (after, until))
    rows = []
    for key in {key for state in states for key in state}:
        was, now = states[after].get(key), states[until].get(key)
        if was != now:
            turns = [n for n in range(1, until + 1) if states[n].get(key) != states[n - 1].get(key)]
            word = "enter" if was is None else "exit" if now is None else "changed"
            rows.append((turns[-1], *key, word, bool(now)))
    return rows
