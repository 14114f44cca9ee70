"""Flow: at every step, in is out and those that end; whatever is withheld, nothing is lost."""

import random

import pandas as pd
import pytest

from desirelines.report.flow import OTHERS, Band, Stop, flow_of
from tests.support.report import COUNTED, report


def test_three_numbers_at_a_step_and_bands_between():
    flow = flow_of(report(), "all")
    assert flow.visits == 1009
    assert flow.stops == (
        Stop(1, "search", 907, 401, 506), Stop(1, "home", 102, 0, 102),
        Stop(2, "order_completed", 401, 0, 401),
    )  # fmt: skip
    assert flow.bands == (Band(1, "search", "order_completed", 401),)


def test_steps_beyond_the_setting_are_others():
    flow = flow_of(report(flow_steps=1), "all")
    assert [s for s in flow.stops if s.place == 1] == [
        Stop(1, "search", 907, 401, 506), Stop(1, OTHERS, 102, 0, 102),
    ]  # fmt: skip


def test_a_step_whose_ends_are_withheld_is_one_of_the_others():
    visits = report().visits
    hidden = visits["key"].map(tuple) == ("1", "search", "path_end")
    flow = flow_of(report(visits=visits[~hidden]), "all")
    assert flow is None or "search" not in {s.step for s in flow.stops if s.place == 1}


def test_others_who_may_be_few_take_one_more_step_with_them():
    visits = report().visits
    few = visits["key"].map(lambda key: "home" in key)
    flow = flow_of(report(visits=visits[~few]), "all")  # 102 visits of maybe one person
    assert [s for s in flow.stops if s.place == 1] == [Stop(1, OTHERS, 1009, 401, 608)]


@pytest.mark.parametrize("seed", range(20))
def test_in_is_out_and_those_that_end_at_every_step(seed):
    paths = random_paths(seed)
    flow = flow_of(report(visits=counted(paths), flow_places=4, flow_steps=3), "all")
    assert flow is not None
    assert flow.visits == len(paths)
    for stop in flow.stops:
        assert stop.at == stop.moved + stop.ended
        assert min(stop.at, stop.moved, stop.ended) >= 0
        if stop.place > 1:
            came = [b.visits for b in flow.bands
                    if (b.place + 1, b.target) == (stop.place, stop.step)]  # fmt: skip
            assert sum(came) == stop.at
        if stop.place < flow.places:
            goes = [b.visits for b in flow.bands if (b.place, b.source) == (stop.place, stop.step)]
            assert sum(goes) == stop.moved
        if stop.step != OTHERS:
            truly = [p for _, p in paths if len(p) >= stop.place and p[stop.place - 1] == stop.step]
            assert (stop.at, stop.ended) == (
                len(truly), sum(len(p) == stop.place for p in truly)
            )  # fmt: skip
    for place in range(1, flow.places + 1):
        at = [s.at for s in flow.stops if s.place == place]
        assert sum(at) == sum(len(p) >= place for _, p in paths)


def random_paths(seed):
    """Visits of 60 people: person, steps without direct repeats."""
    chance = random.Random(seed)
    paths = []
    for _ in range(600):
        steps = []
        while len(steps) < 6 and (not steps or chance.random() < 0.75):
            step = chance.choice("aaabbbccdefgh")
            if not steps or steps[-1] != step:
                steps.append(step)
        paths.append((chance.randrange(60), steps))
    return paths


def counted(paths, places=4):
    """Counts by a plain loop; those of fewer than ten people are withheld."""
    rows = {}
    for person, steps in paths:
        parts = [("length", (str(n),)) for n in range(1, min(len(steps), places + 1) + 1)]
        for n, step in enumerate(steps[:places], start=1):
            following = steps[n] if n < len(steps) else "path_end"
            parts += [("place", (str(n), step)), ("next", (str(n), step, following))]
            parts += [("moved", (str(n), step))] if n < len(steps) else []
        for part in parts:
            visits, people = rows.setdefault(part, [0, set()])
            rows[part][0] = visits + 1
            people.add(person)
    return pd.DataFrame(
        [
            ("all", what, list(key), n, len(people))
            for (what, key), (n, people) in rows.items()
            if len(people) >= 10
        ],
        columns=COUNTED,
    )
