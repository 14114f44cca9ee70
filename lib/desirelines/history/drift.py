"""How far the main segments of a run differ from those of the run before: PSI and adjusted Rand.

Both are published rounded, and not at all for few people: no move of fewer than ten follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import comb, log

from desirelines.history.membership_changes import GONE, NEW

LEAST_SHARE = 1e-4
"""Stands for the share of an empty part, whose logarithm would have no end."""
LEAST_PEOPLE, MANY_PEOPLE = 1_000, 10_000
"""People in both runs from which drift is published with one decimal, and with two.

Of 1,000 in two halves, each who moves from one to the other takes 0.004 from the Rand index: one
that still rounds to 1.0 may hide twelve of them.
"""


def published_drift(moves: Mapping[tuple[str, str], int]) -> dict[str, float | None]:
    """PSI (`psi`) and adjusted Rand index (`ari`) of all moves, by (then, now), as published.

    `moves` has every cell, also NEW and GONE. PSI is of everybody, ARI of people in both runs.
    """
    before: dict[str, int] = {}
    now: dict[str, int] = {}
    in_both: dict[tuple[str, str], int] = {}
    for (old, new), people in moves.items():
        if old != NEW:
            before[old] = before.get(old, 0) + people
        if new != GONE:
            now[new] = now.get(new, 0) + people
        if old != NEW and new != GONE:
            in_both[old, new] = people
    staying = sum(in_both.values())
    if staying < LEAST_PEOPLE:
        return {"psi": None, "ari": None}
    decimals = 2 if staying >= MANY_PEOPLE else 1
    measures = {"psi": stability_index(before, now), "ari": agreement(in_both)}
    return {name: None if v is None else round(v, decimals) for name, v in measures.items()}


def stability_index(before: Mapping[str, int], now: Mapping[str, int]) -> float | None:
    """Population stability index of the shares of parts; null where one side has no people.

    PSI = Σ (a − e) ln(a / e) over the shares before (e) and now (a); 0: the same shares. Source:
    Siddiqi, Credit Risk Scorecards, 2006. An empty part counts as LEAST_SHARE.
    """
    if not sum(before.values()) or not sum(now.values()):
        return None
    total = 0.0
    for part in before.keys() | now.keys():
        expected = max(before.get(part, 0) / sum(before.values()), LEAST_SHARE)
        actual = max(now.get(part, 0) / sum(now.values()), LEAST_SHARE)
        total += (actual - expected) * log(actual / expected)
    return total


def agreement(moves: Mapping[tuple[str, str], int]) -> float | None:
    """Adjusted Rand index between the parts then and now, of people in both; null below two people.

    `moves` holds people by (then, now). 1: the same groups, whatever their names; 0: no more
    agreement than by chance. Source: Hubert, Arabie, Comparing partitions, 1985, formula 5.
    """
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    for (then, now), people in moves.items():
        rows[then] = rows.get(then, 0) + people
        columns[now] = columns.get(now, 0) + people
    everybody = sum(rows.values())
    if everybody < 2:
        return None
    together = sum(comb(people, 2) for people in moves.values())
    in_rows = sum(comb(people, 2) for people in rows.values())
    in_columns = sum(comb(people, 2) for people in columns.values())
    by_chance = in_rows * in_columns / comb(everybody, 2)
    most = (in_rows + in_columns) / 2
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)
