"""Batches of several streams meet here, so that one plan and one commit a table serves them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition

from desirelines.errors import DesirelinesError
from desirelines.stages.ingest_part import Part


@dataclass(eq=False)
class _Offer:
    part: Part
    is_done: bool = False
    error: BaseException | None = None


class Groups:
    """Writes the parts of sources that are read at the same time, a group at a time.

    A group is complete when every source that is being read has brought a part or has ended. The
    thread that finds it complete writes it; the others wait.

    Args:
        write: writes a group; gives the errors of its parts, null for those that were written.
        sources: number of sources to be read.
        at_once: largest number of sources that are read at the same time.
    """

    def __init__(
        self,
        write: Callable[[list[Part]], list[BaseException | None]],
        *,
        sources: int,
        at_once: int,
    ) -> None:
        self._write = write
        self._left = sources
        self._at_once = at_once
        self._changed = Condition()
        self._offers: list[_Offer] = []
        self._is_given_up = False

    def write(self, part: Part) -> None:
        """Write the part with its group; return when it is written.

        Raises:
            Exception: as writing this part raises it.
        """
        offer = _Offer(part)
        with self._changed:
            self._offers.append(offer)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_given_up or offer.is_done or self._is_complete)
            group = []
            if not offer.is_done:
                group, self._offers = self._offers, []
                self._give_up_if_asked(group)
        if group:
            self._write_group(group)
        if offer.error is not None:
            raise offer.error

    def leave(self) -> None:
        """Count a source as ended: it brings no more parts."""
        with self._changed:
            self._left -= 1
            self._changed.notify_all()

    def give_up(self) -> None:
        """Write no more groups: another source failed."""
        with self._changed:
            self._is_given_up = True
            self._changed.notify_all()

    @property
    def _is_complete(self) -> bool:
        return 0 < min(self._left, self._at_once) <= len(self._offers)

    def _give_up_if_asked(self, group: list[_Offer]) -> None:
        if self._is_given_up:
            for offer in group:
                offer.is_done, offer.error = True, DesirelinesError("another source failed")
            group.clear()

    def _write_group(self, group: list[_Offer]) -> None:
        errors: list[BaseException | None]
        try:
            errors = self._write([offer.part for offer in group])
        except BaseException as failure:
            errors = [failure for _ in group]
        with self._changed:
            for offer, error in zip(group, errors, strict=True):
                offer.is_done, offer.error = True, error
            self._changed.notify_all()
