"""Open a run that ended once more: with its settings, over its rows, writing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from desirelines.errors import SettingsError, did_you_mean
from desirelines.io.tables.ledger import State
from desirelines.io.tables.past import past_ledger, past_of
from desirelines.run.context import Run
from desirelines.settings import Settings
from desirelines.settings.saved import from_saved
from desirelines.views.parameters import RunParameter, parameter_of
from desirelines.views.runs import nothing_published, restored_by, runs_as_of, went_on_after


def computed_run(run: Run, run_id: str) -> State:
    """The end of a run that computed its members.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: the run did not end, or is a rollback.
    """
    ended = {state.run_id: state for state in run.ledger.ended()}
    if not ended:
        raise nothing_published(run)
    if run_id not in ended:
        near = did_you_mean(run_id, ended)
        raise SettingsError([f"no run '{run_id}' has ended{near}; see `desirelines history`"])
    restored = restored_by(run, run_id)
    if restored is not None:
        raise SettingsError(
            [
                f"run {run_id} published the members of run {restored} again and computed nothing. "
                f"Replay that one: `desirelines replay {restored}`"
            ]
        )
    return ended[run_id]


def settings_of_run(run: Run, end: State) -> Settings:
    """The settings of the run, which it saved; the present ones if they are the same.

    Raises:
        SettingsError: neither is so.
    """
    saved = parameter_of(run, end.run_id, RunParameter.SETTINGS)
    settings = saved and from_saved(saved, run.settings, config_hash=end.config_hash)
    if settings:
        return settings
    if run.settings.hash == end.config_hash:
        return run.settings
    why = (
        "was published before runs saved their settings"
        if saved is None
        else "saved settings that this version cannot read, or without an MLflow address that has "
        "a password in it"
    )
    raise SettingsError(
        [
            f"run {end.run_id} {why}, and the present settings are others. Give those of then with "
            f"--conf: their config_hash in `desirelines plan` begins with {end.config_hash[:12]}"
        ]
    )


@contextmanager
def past_run(then: Run) -> Iterator[Run]:
    """The run once more: it reads what it read, and writes elsewhere until the block ends."""
    runs = runs_as_of(then, then.run_id)
    for other in went_on_after(then, then.run_id):
        then.progress.say(
            f"run {other} began before run {then.run_id} ended and went on after it: what it wrote "
            "then counts as if it had been there"
        )
    tracking = then.settings.tracking.model_copy(update={"enabled": False})
    command = then.progress.run_id
    with past_of(then.warehouse, then.run_id, runs, command=command) as past:
        ledger = past_ledger(then.ledger, past, then.run_id)
        with ledger.gathered():
            yield replace(
                then,
                settings=then.settings.model_copy(update={"tracking": tracking}),
                warehouse=past,
                ledger=ledger,
                is_replay=True,
                seconds={},
                memo={},
            )
