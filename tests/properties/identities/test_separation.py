"""Separation of people against networkx; and its laws."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desirelines.identities.separation import FOLLOWED, REASONS, Graph, separate
from tests.properties.oracles.identities import graph_of, separated

NODES = {f"{t[0]}{n}": t for t in ("user", "customer", "email", "device") for n in range(4)}
NAMES = sorted(NODES)
LINKS = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda p: p[0] < p[1]),
    st.integers(0, 3),
    max_size=24,
)
UNIQUE = st.sampled_from([(), ("user",), ("user", "customer")])


def by_numbers(links, unique_types, order):
    place = {name: n for n, name in enumerate(NAMES)}
    pairs = sorted(links, key=lambda p: order.get(p, 0))
    unique = tuple(np.array([NODES[n] == t for n in NAMES]) for t in unique_types)
    one, other = (np.array([place[p[side]] for p in pairs], dtype=np.int64) for side in (0, 1))
    return pairs, Graph(
        len(NAMES), one, other, np.array([links[p] for p in pairs], dtype=np.int64), unique
    )


@settings(max_examples=400, deadline=None, print_blob=True)
@given(LINKS, UNIQUE, st.integers(2, 16), st.randoms())
def test_people_are_kept_apart_as_the_oracle_says_in_whatever_order_links_come(
    links, unique_types, most_keys, random
):
    pairs, graph = by_numbers(links, unique_types, {p: random.random() for p in links})
    group, reason = separate(graph, most_keys=most_keys)
    found = {frozenset(np.array(NAMES)[group == g].tolist()) for g in set(group.tolist())}
    cuts = {p: REASONS[r] for p, r in zip(pairs, reason.tolist(), strict=True) if r != FOLLOWED}
    assert (found, cuts) == separated(NODES, links, unique_types, most_keys)


@settings(max_examples=200, deadline=None)
@given(LINKS)
def test_two_logins_are_one_person_only_by_aliases(links):
    _, graph = by_numbers(links, ("user",), {})
    group, _ = separate(graph, most_keys=99)
    aliases = graph_of(
        [n for n in NAMES if NODES[n] == "user"],
        [p for p, r in links.items() if r == 0 and NODES[p[0]] == NODES[p[1]] == "user"],
    )
    person = dict(zip(NAMES, group.tolist(), strict=True))
    for one, other in ((a, b) for a in aliases for b in aliases if a < b):
        assert person[one] != person[other] or nx.has_path(aliases, one, other)
