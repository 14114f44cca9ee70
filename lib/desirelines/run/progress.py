"""The progress of a command, as records of Python's `logging`.

Nothing here sets up a handler: the command line shows the records on standard error; a notebook, or
a cluster that collects logs, handles them as it is configured.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from desirelines.characters import readable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Logs what happens in a run, at level INFO.

    Every record has the attributes `run_id` and `event`: begin, note or end. `stage` is there at
    the begin and the end of a stage; `seconds_before`, how long it took the last time, at its begin
    where that is known; `rows` and `seconds` at its end. Texts hold counts, names and dates, never
    a key or an identifier.
    """

    run_id: str

    def begin(self, stage: str, before: float | None = None, left: float | None = None) -> None:
        """A stage begins; it took `before` seconds the last time, and with all after it `left`."""
        facts = {} if before is None else {"seconds_before": round(before, 3)}
        took = "" if before is None else f"took {duration_text(before)} the last time"
        to_end = "" if left is None else f", {duration_text(left)} with all that follow"
        text = f"{stage} …" + (f" ({took}{to_end})" if took else "")
        self._log(text, event="begin", stage=stage, **facts)

    def say(self, text: str) -> None:
        """Something in the stage is worth a line."""
        self._log(text, event="note")

    def end(self, stage: str, rows: int, seconds: float, note: str) -> None:
        """A stage ended; `rows` were written."""
        text = f"{stage}: {rows:,} rows in {seconds:.1f} s" + (f" ({note})" if note else "")
        self._log(
            text,
            event="end",
            stage=stage,
            rows=rows,
            seconds=round(seconds, 3),
            note=readable(note),
        )

    def _log(self, text: str, **facts: str | int | float) -> None:
        logger.info(readable(text), extra={"run_id": self.run_id, **facts})


def duration_text(seconds: float) -> str:
    """A length of time as people say it: 25 s, 3 min, 1.5 h."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
