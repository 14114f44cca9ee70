"""Overlaps of segments tell of no group of one to nine people, however they are subtracted.

The reader knows the sizes, the overlaps and the coverage of a run, and that a person is in one
main segment and in any rule segments. Unknown are the people of every combination of them.
"""

from itertools import combinations
from math import ceil, floor
from random import Random

import pytest

from desirelines.columns.small_groups import hidden_parts, is_small
from desirelines.segments.publishable_overlap import publishable_coverage, publishable_overlaps
from tests.support.subtraction import Reader

MAIN, RULES = ("a", "b", "t"), ("q", "r", "s")
SETS = [frozenset(c) for n in range(4) for c in combinations(RULES, n)]
SIZES_OF_CELLS = {
    "sparse": lambda r: r.choice([0, 0, 0, r.randint(1, 9), r.randint(15, 60)]),
    "dense": lambda r: r.choice([0, r.randint(1, 9), r.randint(10, 14), r.randint(15, 60)]),
    "large": lambda r: r.choice([0, 0, r.randint(1, 9), r.randint(15, 600)]),
}


def cells(*segments, without=()):
    """The combinations inside all of these segments and none of the others, as terms of a sum."""
    return {
        f"{main}{''.join(sorted(rules))}": 1
        for main in MAIN
        for rules in SETS
        if set(segments) <= {main, *rules} and not set(without) & {main, *rules}
    }


def in_rules(number):
    """The combinations of so many rule segments."""
    return {f"{m}{''.join(sorted(r))}": 1 for m in MAIN for r in SETS if len(r) == number}


def everything_a_reader_may_try():
    """Each segment and its rest, and the parts into which two segments divide everybody."""
    tried = []
    for one, other in combinations((*MAIN, *RULES), 2):
        if other in RULES:
            tried += [
                cells(one, other), cells(one, without=[other]), cells(other, without=[one]),
            ]  # fmt: skip
        if one in RULES:
            tried.append(cells(without=[one, other]))
    return [*tried, *map(in_rules, range(4))]


def the_reader_of(people):
    """Who knows what a run with these people in each combination publishes."""

    def of(terms):
        return sum(people[cell] for cell in terms)

    everybody = of(cells())
    sizes = {s: of(cells(s)) for s in (*MAIN, *RULES)}
    withheld = set(hidden_parts({s: sizes[s] for s in MAIN})) | {
        r for r in RULES if is_small(sizes[r]) or is_small(everybody - sizes[r])
    }
    pairs = {pair: of(cells(*pair)) for pair in combinations(sorted((*MAIN, *RULES)), 2)}
    by_number = {n: of(in_rules(n)) for n in range(4)}
    reader = Reader()
    reader.sums = [(cells(), everybody)]
    reader.sums += [(cells(s), n) for s, n in sizes.items() if s not in withheld]
    for row in publishable_overlaps(pairs, sizes, main=MAIN, withheld_sizes=withheld):
        both = cells(row["segment_id"], row["other_segment_id"])
        reader.ranges.append((both, row["people_count"], row["people_count"] + 9))
    for row in publishable_coverage(by_number):
        least, most = (everybody * (row["share"] + half) for half in (-0.05, 0.05))
        reader.ranges.append((in_rules(row["rule_segments"]), floor(least), ceil(most)))
    return reader


@pytest.mark.parametrize("kind", SIZES_OF_CELLS)
def test_overlaps_and_coverage_give_no_small_group(kind):
    random = Random(17)
    is_something_known = 0
    for _ in range(40):
        people = {cell: SIZES_OF_CELLS[kind](random) for cell in cells()}
        reader = the_reader_of(people)
        is_something_known += bool(reader.ranges)
        assert reader.disclosed(everything_a_reader_may_try(), people) == []
    assert is_something_known >= 20
