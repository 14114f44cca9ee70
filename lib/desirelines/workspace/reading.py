"""How a workspace opens the warehouse: as of now, or as of the newest published run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from desirelines.run.context import Run
from desirelines.run.opening import opened
from desirelines.run.options import RunOptions
from desirelines.views.runs import newest_published


@dataclass(frozen=True)
class Reading:
    """A warehouse and its configuration.

    Uses the notebook's session if there is one; else starts a local one and leaves it running.

    Attributes:
        options: options with which every call opens the warehouse.
    """

    options: RunOptions

    @contextmanager
    def _opened(self) -> Iterator[Run]:
        with opened(self.options, keeps_session=True) as run:
            yield run

    @contextmanager
    def _newest(self) -> Iterator[Run]:
        """The newest published run.

        Raises:
            EmptyInputError: no run was published yet.
        """
        with self._opened() as run:
            state = newest_published(run)
            yield run.of(state.run_id, state.as_of)
