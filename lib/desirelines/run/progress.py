"""How a command tells somebody how it is going. Who shows it, and where, is up to the caller."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of a command."""

    def begin(self, stage: str) -> None:
        """A stage begins."""

    def say(self, text: str) -> None:
        """Something worth a line happened inside the stage."""

    def end(self, stage: str, rows: int, seconds: float, note: str) -> None:
        """A stage ended; `rows` were written."""
