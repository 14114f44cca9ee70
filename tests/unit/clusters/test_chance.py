"""Events given by chance, and whether people differ more."""

import numpy as np
import pyarrow as pa
import pytest

from desirelines.clusters.chance import GIVEN, SETS, given_by_chance, is_chance

PEOPLE = 600


def shares(random, by_chance, groups=3, events=5):
    """Shares of four kinds of events of each person; each group has a kind that it prefers."""
    group = np.zeros(PEOPLE, dtype=int) if groups == 1 else random.integers(0, groups, PEOPLE)
    prefers = np.full((groups, 4), 0.05)
    prefers[np.arange(groups), np.arange(groups)] = 0.85
    kinds = np.array([random.choice(4, events, p=prefers[g]) for g in group])
    if by_chance:
        kinds = random.permutation(kinds.ravel()).reshape(kinds.shape)
    counts = np.stack([(kinds == kind).sum(axis=1) for kind in range(4)], axis=1)
    return np.column_stack([counts / events, counts > 0]).astype(float)


@pytest.mark.parametrize(("groups", "dealt", "expected"), [
    (3, False, False),  # planted
    (3, True, True),  # planted, and then dealt
    (1, False, True),  # one kind of people
])  # fmt: skip
@pytest.mark.parametrize("seed", range(8))
def test_groups_of_people_are_told_from_chance(groups, dealt, expected, seed):
    random = np.random.default_rng(seed)
    points = shares(random, dealt, groups)
    by_chance = [shares(random, True, groups) for _ in range(SETS)]
    assert is_chance(points, by_chance, np.ones(8, dtype=bool)) is expected


def test_what_an_event_is_goes_to_another_person_as_a_whole():
    count = 50
    events = pa.table({
        "stream_id": [f"p{n}" for n in range(count)],
        "occurred_at": list(range(count)),
        **{name: [f"{name}{n}" for n in range(count)] for name in GIVEN},
    })  # fmt: skip
    got = given_by_chance(events, np.random.default_rng(1))
    for kept in ("stream_id", "occurred_at"):
        assert got[kept] == events[kept]
    numbers = [[int(v.removeprefix(name)) for v in got[name].to_pylist()] for name in GIVEN]
    assert numbers == [numbers[0]] * len(GIVEN)
    assert sorted(numbers[0]) == list(range(count)) != numbers[0]
