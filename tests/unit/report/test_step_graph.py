"""The graph of steps: in the order of a visit, on to the right and back to the left."""

from itertools import pairwise

import pandas as pd

from desirelines.report.step_graph import ARCS, step_graph
from desirelines.report.visits import counts_of
from tests.support.report import COUNTED, report


def counts(*rows):
    frame = pd.DataFrame([("all", *row, 50) for row in rows], columns=COUNTED)
    return counts_of(report(visits=frame), "all")


def test_steps_stand_in_the_order_of_a_visit():
    graph = step_graph(
        counts(
            ("step", ["pay"], 90), ("step", ["home"], 80), ("step", ["alone"], 70),
            ("place", ["1", "home"], 80), ("place", ["2", "pay"], 80), ("place", ["1", "pay"], 10),
            ("move", ["home", "pay"], 60), ("move", ["pay", "home"], 20),
            ("move", ["path_start", "home"], 80), ("move", ["pay", "path_end"], 70),
        ),
        8,
    )  # fmt: skip
    assert [n.label for n in graph.nodes] == ["home", "pay"]
    assert [(a.description, a.is_onward) for a in graph.arcs] == [
        ("pay → home: 20 times", False), ("home → pay: 60 times", True),
    ]  # fmt: skip
    assert graph.arcs[0].width < graph.arcs[1].width


def test_only_the_most_frequent_steps_and_moves_are_drawn():
    names = [f"s{n}" for n in range(9)]
    rows = [("step", [name], 100 - n) for n, name in enumerate(names)]
    rows += [("move", [a, b], 50) for a in names for b in names if a != b]
    graph = step_graph(counts(*rows), 5)
    assert len(graph.nodes) == 5
    assert len(graph.arcs) == ARCS
    places = [n.y for n in graph.nodes]
    assert all(b - a >= 30 for a, b in pairwise(places))  # labels have room
    assert step_graph(counts(("step", ["a"], 10)), 5) is None
