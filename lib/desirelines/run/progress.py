"""The interface through which a command reports progress; the caller decides how to show it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of a command."""

    def begin(self, stage: str) -> None:
        """A stage begins."""

    def say(self, text: str) -> None:
        """Something in the stage is worth a line."""

    def end(self, stage: str, rows: int, seconds: float, note: str) -> None:
        """A stage ended; `rows` were written."""
