"""Open a run for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desirelines.cli.options import Options

if TYPE_CHECKING:
    from desirelines.run.context import Run


@contextmanager
def opened(
    options: Options,
    *,
    goes_on: bool = False,
    continues_failed: bool = True,
    writes: str | None = None,
    is_judged: bool = False,
    fits: bool = False,
    migrates: bool = False,
) -> Iterator[Run]:
    """Open a run; see `desirelines.run.opening.opened`."""
    from desirelines.run.opening import opened as opened_run

    with opened_run(
        options.run,
        goes_on=goes_on,
        continues_failed=continues_failed,
        writes=writes,
        is_judged=is_judged,
        fits=fits,
        migrates=migrates,
    ) as run:
        yield run
