"""The smallest change of a person's answers, against every possible change."""

import random
from itertools import combinations, product

import pytest

from desirelines.rules.smallest_change import smallest_change
from desirelines.settings.rule_conditions import AllOf, AnyOf, IsKnown, Leaf, Not, nodes_of

ANSWERS = (True, False, None)


def leaf(name):
    return Leaf(name, IsKnown(name, True))


def answer(node, leaves):
    """Kleene's logic, by the answers of the leaves in order."""
    if isinstance(node, Leaf):
        return leaves.pop(0)
    if isinstance(node, Not):
        inner = answer(node.part, leaves)
        return None if inner is None else not inner
    parts = [answer(part, leaves) for part in node.parts]
    if isinstance(node, AllOf):
        return False if False in parts else None if None in parts else True
    return True if True in parts else None if None in parts else False


def answers_of_nodes(tree, leaves):
    """Every node's answer, in the order of `nodes_of`; and the numbers of the leaves."""
    rest = list(leaves)

    def below(node):
        if isinstance(node, Leaf):
            return [rest.pop(0)]
        parts = [below(p) for p in (node.parts if hasattr(node, "parts") else [node.part])]
        inner = [part[0] for part in parts]
        if isinstance(node, Not):
            own = None if inner[0] is None else not inner[0]
        elif isinstance(node, AllOf):
            own = False if False in inner else None if None in inner else True
        else:
            own = True if True in inner else None if None in inner else False
        return [own, *(a for part in parts for a in part)]

    found = below(tree)
    numbers = [n for n, node in enumerate(nodes_of(tree)) if isinstance(node, Leaf)]
    return found, numbers


def random_tree(draw, leaves):
    """A tree of at most eight nodes over fresh leaves."""
    if leaves == 1:
        one = leaf(f"l{draw.random()}")
        return Not(one) if draw.random() < 0.3 else one
    cut = draw.randint(1, leaves - 1)
    parts = (random_tree(draw, cut), random_tree(draw, leaves - cut))
    whole = draw.choice([AllOf, AnyOf])(parts)
    return Not(whole) if draw.random() < 0.2 else whole


def fewest(tree, leaves, is_in):
    """The size of the smallest change, by trying all."""
    for size in range(len(leaves) + 1):
        for places in combinations(range(len(leaves)), size):
            for new in product(ANSWERS, repeat=size):
                changed = list(leaves)
                for place, value in zip(places, new, strict=True):
                    changed[place] = value
                if (answer(tree, changed) is True) == is_in:
                    return size
    raise AssertionError("no change is enough")


@pytest.mark.parametrize("seed", range(200))
def test_it_is_enough_and_nothing_smaller_is(seed):
    draw = random.Random(seed)
    tree = random_tree(draw, draw.randint(1, 5))
    count = sum(isinstance(node, Leaf) for node in nodes_of(tree))
    leaves = [draw.choice(ANSWERS) for _ in range(count)]
    answers, numbers = answers_of_nodes(tree, leaves)
    assert answers[0] is answer(tree, list(leaves))
    for is_in in (True, False):
        change = smallest_change(tree, answers, is_in=is_in)
        changed = [change.get(number, old) for number, old in zip(numbers, leaves, strict=True)]
        assert (answer(tree, changed) is True) == is_in
        assert len(change) == fewest(tree, leaves, is_in)


def test_the_first_of_several_smallest_changes_is_told():
    tree = AnyOf((leaf("a"), leaf("b"), AllOf((leaf("c"), leaf("d")))))
    answers = [False, False, None, False, False, True]
    assert smallest_change(tree, answers, is_in=True) == {1: True}
    assert smallest_change(tree, [True, True, None, False, False, True], is_in=False) == {1: False}
    assert smallest_change(tree, answers, is_in=False) == {}
