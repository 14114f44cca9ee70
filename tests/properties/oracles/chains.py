"""Chains of steps in plain Python: every way is tried, one after the other."""


def deepest_chain(path, steps, *, strict, within, excluded=()):
    """`path`: (time, name) in order; `steps`: sets of names.

    Gives the times of the deepest chain, the earliest on ties; [] if there is none.
    """
    best = []
    for anchor in range(len(path)):
        for chain in _from(path, [anchor], steps, strict=strict, within=within, excluded=excluded):
            if len(chain) > len(best) or (
                len(chain) == len(best) and chain[0] == best[0] and chain < best
            ):
                best = chain
    return [path[place][0] for place in best]


def _from(path, chain, steps, *, strict, within, excluded):
    if path[chain[-1]][1] not in steps[len(chain) - 1]:
        return
    yield chain
    if len(chain) == len(steps):
        return
    for place in range(chain[-1] + 1, len(path)):
        if path[place][0] - path[chain[0]][0] > within or any(
            n in excluded for _, n in path[chain[0] + 1 : place + 1]
        ):
            return
        yield from _from(
            path, [*chain, place], steps, strict=strict, within=within, excluded=excluded
        )
        if strict:
            return


def most_in_any_order(path, steps, *, within):
    """Distinct steps within the window from the best anchor, and the time of each after it.

    The earliest anchor wins a tie.
    """
    best = []
    for anchor, (begun, name) in enumerate(path):
        if not any(name in step for step in steps):
            continue
        times = [
            next((t for t, n in path[anchor:] if n in step and t - begun <= within), None)
            for step in steps
        ]
        found = sorted(t for t in times if t is not None)
        if len(found) > len(best):
            best = found
    return best


def holds(path, items, *, within=None, occurrence="first"):
    """Places of a pattern occurrence's first and last step, or None. `items`: (fits, after gap)."""
    found = []
    for anchor in range(len(path)):
        ends = [
            last
            for last in _ends(path, anchor, items)
            if within is None or path[last][0] - path[anchor][0] <= within
        ]
        if ends:
            found.append((anchor, min(ends)))
    if not found:
        return None
    return found[-1] if occurrence == "last" else found[0]


def _ends(path, place, items):
    (fits, _), rest = items[0], items[1:]
    if not fits(path[place][1]):
        return
    if not rest:
        yield place
        return
    until = len(path) if rest[0][1] else min(place + 2, len(path))
    for following in range(place + 1, until):
        yield from _ends(path, following, rest)
