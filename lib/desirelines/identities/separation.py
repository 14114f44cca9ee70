"""Split components that join too much: two people's logins, or groups too large for one person.

Pure numpy over whole batches of components. The result depends on the set of links only, not on
their order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desirelines.identities.components import groups
from desirelines.kernels.groups import Flags, Ints

FOLLOWED, UNIQUE, SIZE = 0, 1, 2
REASONS = ("followed", "unique", "size")
"""Why a link is not followed."""
_NONE, _SHARED = -1, -2


@dataclass(frozen=True, slots=True)
class Graph:
    """Identifiers and their links, by number.

    Attributes:
        size: number of identifiers.
        one: one end of each link.
        other: its other end.
        rule: number of the link's rule; a smaller number is stronger, 0 is an alias (the same
            person).
        unique: for each type marked unique, which identifiers are of that type.
    """

    size: int
    one: Ints
    other: Ints
    rule: Ints
    unique: tuple[Flags, ...]


def separate(graph: Graph, *, most_keys: int) -> tuple[Ints, Ints]:
    """Give the group of each identifier, and for each link its place in REASONS.

    Two values of a unique type never end in one group unless an alias joins them. An identifier
    joins the value that is the fewest links away; one that is equally near to two values (a shared
    tablet, a family's e-mail) joins neither. A group of more than `most_keys` loses all its links
    of the weakest rule, then of the next, until it is small enough.
    """
    reason = np.zeros(len(graph.one), dtype=np.int64)
    for is_unique in graph.unique:
        label = _labels(graph, reason == FOLLOWED, is_unique)
        reason[(reason == FOLLOWED) & (label[graph.one] != label[graph.other])] = UNIQUE
    for rule in sorted(set(graph.rule.tolist()), reverse=True):
        group = _groups(graph, reason == FOLLOWED)
        large = (np.bincount(group, minlength=1) > most_keys)[group]
        reason[(reason == FOLLOWED) & large[graph.one] & (graph.rule == rule)] = SIZE
    return _groups(graph, reason == FOLLOWED), reason


def _groups(graph: Graph, followed: Flags) -> Ints:
    return groups(graph.size, graph.one[followed], graph.other[followed])


def _labels(graph: Graph, followed: Flags, is_unique: Flags) -> Ints:
    """Group number of each identifier when the values of one unique type are kept apart."""
    aliases = followed & (graph.rule == 0) & is_unique[graph.one] & is_unique[graph.other]
    value = groups(graph.size, graph.one[aliases], graph.other[aliases])
    component = _groups(graph, followed)
    is_split = _has_two(component[is_unique], value[is_unique], graph.size)[component]
    near = np.where(is_unique & is_split, value, _NONE)
    _spread(near, _Neighbours(graph, followed & is_split[graph.one]), np.flatnonzero(near >= 0))
    # Identifiers that no value reached, or two at once, form groups by the links among themselves.
    left = near < 0
    among = followed & left[graph.one] & left[graph.other]
    rest = groups(graph.size, graph.one[among], graph.other[among])
    return np.where(left, graph.size + rest, near)


def _has_two(component: Ints, value: Ints, size: int) -> Flags:
    low, high = np.full(size, size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    np.minimum.at(low, component, value)
    np.maximum.at(high, component, value)
    return low < high


class _Neighbours:
    """Links indexed by their ends, to find neighbours without a scan of all links."""

    def __init__(self, graph: Graph, followed: Flags) -> None:
        one, other = graph.one[followed], graph.other[followed]
        ends, to = np.concatenate((one, other)), np.concatenate((other, one))
        order = np.argsort(ends, kind="stable")
        self.to = to[order]
        self.start = np.searchsorted(ends[order], np.arange(graph.size + 1))

    def of(self, nodes: Ints) -> tuple[Ints, Ints]:
        """Neighbours of the nodes, and for each the node it is a neighbour of."""
        counts = self.start[nodes + 1] - self.start[nodes]
        first = np.repeat(self.start[nodes] - np.cumsum(counts) + counts, counts)
        return self.to[first + np.arange(len(first))], np.repeat(nodes, counts)


def _spread(near: Ints, neighbours: _Neighbours, front: Ints) -> None:
    """Spread labels from the labelled `front` to unlabelled nodes, one link per round.

    A node that two labels reach in the same round is marked shared.
    """
    while len(front):
        reached, from_node = neighbours.of(front)
        new = near[reached] == _NONE
        reached, label = reached[new], near[from_node[new]]
        places, at = np.unique(reached, return_inverse=True)
        low, high = np.full(len(places), len(near)), np.full(len(places), -1)
        np.minimum.at(low, at, label)
        np.maximum.at(high, at, label)
        near[places] = np.where(low == high, low, _SHARED)
        front = places[low == high]
