"""A reader who subtracts: what published numbers reveal about groups of one to nine people.

The reader knows every published number, and from the table contracts what adds up to what.
Unknown counts are whole numbers of 0 or more. A count of one to nine people is *disclosed* when
no assignment that fits has ten or more in its place. A reader who knows the truth tries every
small count; one who does not tries every count that must be in 1..9.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

FEW, ENOUGH = 1, 10


@dataclass
class Reader:
    """Sums that are known: each a combination of named counts and its value."""

    known: dict[str, int] = field(default_factory=dict)
    sums: list[tuple[Mapping[str, int], int]] = field(default_factory=list)
    ranges: list[tuple[Mapping[str, int], int, int]] = field(default_factory=list)
    """Sums that are known to lie between two numbers, both included: rounded ones."""

    def reads(self, name: str, count: int | None) -> None:
        """A published number; null: not published."""
        if count is not None:
            self.known[name] = int(count)
            self.sums.append(({name: 1}, int(count)))

    def knows(self, total: str, parts: Iterable[str]) -> None:
        """By definition the parts add up to the total."""
        terms = dict.fromkeys(parts, 1)
        terms[total] = -1
        self.sums.append((terms, 0))

    def range_of(self, count: str | Mapping[str, int]) -> tuple[int, int | None]:
        """The least and the most that fit; None for no most."""
        wanted = {count: 1} if isinstance(count, str) else dict(count)
        all_terms = [terms for terms, *_ in (*self.sums, *self.ranges)]
        names = sorted({name for terms in all_terms for name in terms} | set(wanted))

        def factors(terms: Iterable[Mapping[str, int]]) -> np.ndarray | None:
            rows = [[of_row.get(name, 0) for name in names] for of_row in terms]
            return np.array(rows, dtype=float) if rows else None

        above = factors(terms for terms, _, _ in self.ranges)
        known = {
            "A_eq": factors(terms for terms, _ in self.sums),
            "b_eq": [value for _, value in self.sums],
            "A_ub": None if above is None else np.vstack([above, -above]),
            "b_ub": [*(high for _, _, high in self.ranges), *(-low for _, low, _ in self.ranges)],
            "bounds": (0, None),
            "method": "highs",
        }
        if above is None:
            del known["A_ub"], known["b_ub"]
        aim = np.array([wanted.get(name, 0) for name in names], dtype=float)
        low = linprog(aim, **known)
        assert low.status == 0, (low.message, self.sums)
        high = linprog(-aim, **known)
        most = None if high.status == 3 else int(np.floor(-high.fun + 1e-6))
        return int(np.ceil(low.fun - 1e-6)), most

    def disclosed(
        self, counts: Iterable[str | Mapping[str, int]], truth: Mapping[str, int] | None = None
    ) -> list[tuple[str, int, int]]:
        """The disclosed counts with their ranges; checked by the truth where it is given."""
        found = []
        for count in counts:
            if truth is not None:
                terms = {count: 1} if isinstance(count, str) else count
                if not FEW <= sum(factor * truth[name] for name, factor in terms.items()) < ENOUGH:
                    continue
            least, most = self.range_of(count)
            if (least >= FEW or truth is not None) and most is not None and most < ENOUGH:
                found.append((str(count), least, most))
        return found


def of_two_runs(
    main: tuple[Iterable[str], Iterable[str]],
    rules: Iterable[str],
    everybody: tuple[int, int],
    sizes: tuple[Mapping[str, Mapping[str, int | None]], Mapping[str, Mapping[str, int | None]]],
    moves: Mapping[tuple[str, str], int],
) -> tuple[Reader, list[str | dict[str, int]]]:
    """A reader of sizes and moves of a run and the one before, and the counts to try.

    Args:
        main: main segments then and now.
        rules: segments of the rules.
        everybody: people then and now.
        sizes: people_count, entered_count, left_count by segment, then and now.
        moves: people_count by from and to segment.
    """
    reader = Reader()
    then, now = (sorted(m) for m in main)
    tried: list[str | dict[str, int]] = []
    for when, segments, total in (("then", then, everybody[0]), ("now", now, everybody[1])):
        reader.reads(f"all {when}", total)
        reader.knows(f"all {when}", [f"{s} {when}" for s in segments])
        which = sizes[0] if when == "then" else sizes[1]
        for s in [*segments, *rules]:
            reader.reads(f"{s} {when}", which.get(s, {}).get("people_count", 0))
            tried.append(f"{s} {when}")
        for r in rules:
            reader.knows(f"all {when}", [f"{r} {when}", f"not {r} {when}"])
            tried.append(f"not {r} {when}")
    for f in then:
        reader.knows(f"{f} then", [f"{f} to {g}" for g in (*now, "gone")])
        tried.append({f"{f} to {g}": 1 for g in (*now, "gone") if (f, g) not in moves})
    for g in now:
        reader.knows(f"{g} now", [f"{f} to {g}" for f in (*then, "new")])
        tried.append({f"{f} to {g}": 1 for f in (*then, "new") if (f, g) not in moves})
    for (f, g), people in moves.items():
        reader.reads(f"{f} to {g}", people)
    tried += [
        f"{f} to {g}" for f in (*then, "new") for g in (*now, "gone") if (f, g) != ("new", "gone")
    ]
    for s in [*now, *rules]:
        reader.knows(f"{s} now", [f"{s} to {s}", f"{s} entered"])
        if s in then or s in rules:
            reader.knows(f"{s} then", [f"{s} to {s}", f"{s} left"])
        for name in ("entered", "left"):
            if name == "entered" or s in then or s in rules:
                reader.reads(f"{s} {name}", sizes[1].get(s, {}).get(f"{name}_count"))
                tried.append(f"{s} {name}")
        if s not in then and s not in rules:
            reader.reads(f"{s} to {s}", 0)
        tried.append(f"{s} to {s}")
    return reader, [t for t in tried if t]


def of_one_doing(
    people: Mapping[tuple[str, str], int], whole: Mapping[str, int], columns: Iterable[str],
    main: Iterable[str], rules: Iterable[str]
) -> tuple[Reader, list[str | dict[str, int]]]:  # fmt: skip
    """A reader of one table of segments by what they did, and the counts to try.

    Args:
        people: published counts by segment ('all' too) and column.
        whole: the sums of rows that are known, by segment.
        columns: everything that somebody did.
        main, rules: the segments that have rows.
    """
    reader = Reader()
    tried: list[str | dict[str, int]] = []
    columns, main, rules = sorted(columns), sorted(main), sorted(rules)
    for column in columns:
        reader.knows(f"all {column}", [f"{s} {column}" for s in (*main, "rest")])
        for r in rules:
            reader.knows(f"all {column}", [f"{r} {column}", f"not {r} {column}"])
    for s in ("all", *main, *rules):
        if s in whole:
            reader.reads(s, whole[s])
            reader.knows(s, [f"{s} {column}" for column in columns])
            tried.append({f"{s} {c}": 1 for c in columns if (s, c) not in people})
    for (s, column), count in people.items():
        reader.reads(f"{s} {column}", count)
    for s in ("all", *main, "rest", *rules, *(f"not {r}" for r in rules)):
        tried += [f"{s} {column}" for column in columns]
    return reader, [t for t in tried if t]
