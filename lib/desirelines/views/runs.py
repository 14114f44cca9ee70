"""The newest published run."""

from __future__ import annotations

from desirelines.errors import EmptyInputError
from desirelines.io.tables.ledger import State
from desirelines.run.context import Run


def newest_published(run: Run) -> State:
    """The last run in the chain of published runs.

    Raises:
        EmptyInputError: no run was published yet.
    """
    chain = run.ledger.published()
    if not chain:
        raise nothing_published(run)
    return chain[-1]


def nothing_published(run: Run) -> EmptyInputError:
    """The error of a command that needs a published run if there is none."""
    where = run.settings.warehouse.path
    return EmptyInputError(f"no run was published in {where} yet. Run `desirelines run` first.")
