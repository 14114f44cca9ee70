"""What desirelines logs, on standard error.

A live line on a terminal, else plain lines; JSON on request. No other module sets up a handler.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text

from desirelines.run.progress import duration_text

FACTS = ("run_id", "event", "stage", "seconds_before", "rows", "seconds", "note")
"""Attributes of a record that become names in JSON; see `desirelines.run.progress`."""
LIVE = "[bold]{task.description}[/bold] [dim]{task.fields[note]}[/dim]"


@contextmanager
def shown(log_format: str | None = None) -> Iterator[None]:
    """Show the records of desirelines, from level INFO, until the block ends."""
    logger = logging.getLogger("desirelines")
    handler = handler_for(log_format)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
        handler.close()


def handler_for(log_format: str | None) -> logging.Handler:
    """JSON on request, a spinner on a terminal, else plain lines."""
    if log_format != "json" and sys.stderr.isatty():
        return Spinner()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else PlainLines())
    return handler


class PlainLines(logging.Formatter):
    """One line when a stage begins, one for each note, one when it ends, and errors."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        text = record.getMessage()
        if record.levelno >= logging.ERROR:
            return f"desirelines: {text}"
        return f"  {text}" if _event(record) == "note" else text


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object of a record."""
        facts = {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        return json.dumps(
            {
                "level": record.levelname,
                "message": record.getMessage(),
                "ts": record.created,
                **facts,
            }
        )


class Elapsed(ProgressColumn):
    """Seconds of the running stage; where the last time is known, its share and what is left."""

    def render(self, task: Task) -> Text:
        """The text of a moment."""
        seconds, before = task.elapsed or 0.0, task.fields["before"]
        return Text(elapsed_text(seconds, before), style="dim")


def elapsed_text(seconds: float, before: float | None) -> str:
    """How long a stage runs, and how much of it is done if it takes as long as the last time."""
    text = duration_text(seconds)
    if before is None:
        return text
    if seconds >= before:
        return f"{text}, longer than the last time ({duration_text(before)})"
    return (
        f"{text}, {seconds / before:.0%}, {duration_text(before - seconds)} left by the last time"
    )


class Spinner(logging.Handler):
    """A live line with the running stage, and a line for each stage that ended."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__()
        self.setFormatter(PlainLines())
        self.console = console or Console(stderr=True, highlight=False, emoji=False)
        self._live: Progress | None = None
        self._task = TaskID(0)

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record; only notes outside a stage, ends and errors remain on the screen."""
        event = _event(record)
        if event == "note" and self._live is not None:
            note = escape(record.getMessage())
            self._live.update(self._task, note=note)
            return
        self._stop()
        if event == "begin":
            columns = SpinnerColumn(), TextColumn(LIVE), Elapsed()
            is_shown = self.console.is_terminal
            self._live = Progress(
                *columns, console=self.console, transient=True, disable=not is_shown
            )
            before = record.__dict__.get("seconds_before")
            self._task = self._live.add_task(
                escape(record.__dict__["stage"]), note="", before=before
            )
            self._live.start()
        elif event == "end":
            self.console.print(_ended(record.__dict__))
        else:
            self.console.print(self.format(record), markup=False, soft_wrap=True)

    def close(self) -> None:
        """Stop the spinner."""
        self._stop()
        super().close()

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def _event(record: logging.LogRecord) -> str | None:
    return getattr(record, "event", None)


def _ended(facts: dict[str, object]) -> str:
    """The line of a stage that ended, in Rich's markup."""
    return (
        f"[green]✓[/green] {facts['stage']:<20} {facts['rows']:>12,} rows "
        f"{facts['seconds']:>7.1f} s  [dim]{escape(str(facts['note']))}[/dim]"
    )
