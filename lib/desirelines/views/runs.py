"""The newest published run, and the run whose members a rollback published again."""

from __future__ import annotations

from desirelines.errors import EmptyInputError
from desirelines.io.tables.ledger import ENDED, State
from desirelines.run.context import Run

RESTORES = "restores"
"""Key in the inputs of a rollback's publication: the run whose members it published again."""


def restored_by(run: Run, run_id: str) -> str | None:
    """The run whose members this one published again; null if it is no rollback."""
    return run.ledger.inputs_of(run_id, "publish").get(RESTORES)


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


def runs_until(run: Run, run_id: str) -> list[str]:
    """The runs that began before this one ended, it included."""
    states = run.ledger.states()
    end = max(n for n, s in enumerate(states) if s.run_id == run_id and s.status in ENDED)
    return sorted({s.run_id for s in states[: end + 1]})
