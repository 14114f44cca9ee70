"""Open a run for a command, with progress in the format of the options."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desirelines.cli.options import Options
from desirelines.cli.progress import progress_for

if TYPE_CHECKING:
    from desirelines.run.context import Run
    from desirelines.run.progress import Progress


@contextmanager
def opened(
    options: Options,
    *,
    goes_on: bool = False,
    writes: str | None = None,
    is_judged: bool = False,
    fits: bool = False,
) -> Iterator[Run]:
    """Open a run; see `desirelines.run.opening.opened`."""
    from desirelines.run.opening import opened as opened_run

    def progress(run_id: str) -> Progress:
        return progress_for(options.log_format, run_id)

    with opened_run(
        options.run, progress, goes_on=goes_on, writes=writes, is_judged=is_judged, fits=fits
    ) as run:
        yield run
