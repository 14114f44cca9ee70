"""Progress on standard error: a live line on a terminal, else plain lines; JSON on request."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from desirelines.characters import readable


@dataclass
class PlainProgress:
    """One line when a stage begins, one for each message, one when it ends."""

    def begin(self, stage: str) -> None:
        """A stage begins."""
        self._line(f"{stage} …")

    def say(self, text: str) -> None:
        """Something is worth a line."""
        self._line(f"  {text}")

    def end(self, stage: str, rows: int, seconds: float, note: str) -> None:
        """A stage ended."""
        self._line(f"{stage}: {rows:,} rows in {seconds:.1f} s" + (f" ({note})" if note else ""))

    def _line(self, text: str) -> None:
        sys.stderr.write(readable(text) + "\n")
        sys.stderr.flush()


@dataclass
class TerminalProgress:
    """A spinner with the running stage, and a line for each stage that ended."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    _status: Status | None = None
    _stage: str = ""

    def begin(self, stage: str) -> None:
        """A stage begins."""
        self._stop()
        self._stage = stage
        self._status = self.console.status(f"[bold]{stage}[/bold]")
        self._status.start()

    def say(self, text: str) -> None:
        """Show a message beside the spinner."""
        if self._status is not None:
            self._status.update(f"[bold]{self._stage}[/bold] [dim]{escape(readable(text))}[/dim]")

    def end(self, stage: str, rows: int, seconds: float, note: str) -> None:
        """A stage ended."""
        self._stop()
        self.console.print(
            f"[green]✓[/green] {stage:<20} {rows:>12,} rows {seconds:>7.1f} s  "
            f"[dim]{escape(readable(note))}[/dim]"
        )

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


@dataclass
class JsonProgress:
    """One JSON object a line."""

    run_id: str

    def begin(self, stage: str) -> None:
        """A stage begins."""
        self._line(event="begin", stage=stage)

    def say(self, text: str) -> None:
        """Something is worth a line."""
        self._line(event="note", message=text)

    def end(self, stage: str, rows: int, seconds: float, note: str) -> None:
        """A stage ended."""
        self._line(event="end", stage=stage, rows=rows, seconds=round(seconds, 3), message=note)

    def _line(self, **facts: Any) -> None:
        sys.stderr.write(
            json.dumps({"ts": time.time(), "level": "INFO", "run_id": self.run_id, **facts}) + "\n"
        )
        sys.stderr.flush()


def progress_for(log_format: str, run_id: str) -> PlainProgress | TerminalProgress | JsonProgress:
    """JSON progress on request, a spinner on a terminal, else plain lines."""
    if log_format == "json":
        return JsonProgress(run_id)
    return TerminalProgress() if sys.stderr.isatty() else PlainProgress()
