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
    the begin and the end of a stage; `rows` and `seconds` at its end. Texts hold counts, names and
    dates, never a key or an identifier.
    """

    run_id: str

    def begin(self, stage: str) -> None:
        """A stage begins."""
        self._log(f"{stage} …", event="begin", stage=stage)

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
