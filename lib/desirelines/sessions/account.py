"""Where each event went when sessions were built."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Account:
    """Where the events went that were read.

    `all_events` is true when these are all events there are, not only those of rebuilt streams.
    """

    events: int
    in_sessions: int
    bots: int
    without_consent: int
    over_the_cap: int
    sessions: int
    all_events: bool

    @property
    def adds_up(self) -> bool:
        """Whether every event went somewhere."""
        return (
            self.events == self.in_sessions + self.bots + self.without_consent + self.over_the_cap
        )

    def __str__(self) -> str:
        """Summary for people."""
        left_out = {
            "of bots": self.bots,
            "without consent": self.without_consent,
            "over the cap": self.over_the_cap,
        }
        summary = (
            ", ".join(f"{count:,} {why}" for why, count in left_out.items() if count)
            or "none left out"
        )
        return f"{self.events:,} events{'' if self.all_events else ' touched'}: {summary}"

    def with_more_bots(self, events: int) -> Account:
        """The account with the events of sessions that were found to be of bots and not written."""
        return replace(self, bots=self.bots + events)
