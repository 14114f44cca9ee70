"""The chain of published runs: which run follows which, and faults of that chain in `runs`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from desirelines.settings.run_ids import NO_BASE


class Publication(Protocol):
    """A link of the chain: a published run, and the run it follows."""

    @property
    def run_id(self) -> str:
        """The run."""

    @property
    def base_run_id(self) -> str | None:
        """The run before it; `none` before the first."""


P = TypeVar("P", bound=Publication)


def after_all(published_at: Iterable[datetime], now: datetime) -> datetime:
    """The moment to record for a new publication: `now`, or else just after all earlier ones.

    Drivers on two machines have two clocks. Readers in SQL order publications by this moment, as
    not every warehouse can follow the chain from base to base; Trino reads it in milliseconds.
    """
    return max([now, *(at + timedelta(milliseconds=1) for at in published_at)])


def chain_of(publications: Sequence[P]) -> tuple[list[P], list[str]]:
    """The published runs in order, and every fault of the chain in words.

    Each run's base is the one before it. `publications` come oldest first. Of two with the same
    base the older counts, and a run counts once, so that reading ends whatever the table holds.
    """
    faults: list[str] = []
    first_of: dict[str, P] = {}
    follower: dict[str | None, P] = {}
    for publication in publications:
        run_id, follows = publication.run_id, publication.base_run_id
        if run_id in first_of:
            faults.append(
                f"run {run_id} is published twice, after {first_of[run_id].base_run_id} and after "
                f"{follows}"
            )
        elif follows in follower:
            faults.append(f"runs {follower[follows].run_id} and {run_id} both follow {follows}")
        else:
            follower[follows] = publication
        first_of.setdefault(run_id, publication)
    chain: list[P] = []
    base: str | None = NO_BASE
    seen: set[str] = set()
    while base in follower and follower[base].run_id not in seen:
        chain.append(follower[base])
        base = chain[-1].run_id
        seen.add(base)
    lost = [run_id for run_id in first_of if run_id not in seen]
    published = {p.run_id for p in publications}
    faults += [
        f"run {run_id} follows {first_of[run_id].base_run_id}, which "
        + (
            "is outside the chain"
            if first_of[run_id].base_run_id in published
            else "was never published"
        )
        for run_id in lost
        if first_of[run_id].base_run_id not in seen | {NO_BASE}
    ]
    return chain, faults
