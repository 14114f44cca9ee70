"""What follows a run's publication: members, the registry's champion, the report. A crash on the way is made up for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from desirelines.errors import DesirelinesError
from desirelines.io.ledger import AFTER_PUBLICATION, DONE, State
from desirelines.job import Job
from desirelines.membership import repair_members
from desirelines.modelling import promote_model

FOLLOWS = "follows"
"""Key of the list of what follows a publication, in the outputs of its state."""
MEMBERS, CHAMPION, REPORT = "segment_members", "champion", "report"


def what_follows(job: Job) -> list[str]:
    """What this command does once the run is published."""
    return [MEMBERS, CHAMPION, *([REPORT] if job.writes_report else [])]


def follow_up(job: Job, write_report: Callable[[Job], object] | None = None) -> None:
    """Do what follows the publication of the job's run. Where all of it came to its end, the ledger says so.

    The report is written by whoever knows how: without `write_report` it is left to the command, which then calls
    `say_done`.
    """
    repair_members(job)
    is_done = promote_model(job)
    if write_report is not None:
        try:
            write_report(job)
        except DesirelinesError as error:  # the run is published all the same, and later ones must not wait for a page
            job.progress.say(f"the report of run {job.run_id} was not written: {error}")
            is_done = False
    if is_done and (write_report is not None or not job.writes_report):
        say_done(job)


def say_done(job: Job) -> None:
    """Record that everything that follows the publication was done."""
    job.ledger.record(job.run_id, AFTER_PUBLICATION, DONE, as_of=job.as_of)


def make_up(job: Job, write_report: Callable[[Job], object]) -> None:
    """Do what the driver of the newest published run left undone, and say so. Members are looked at whatever the ledger says."""
    chain = job.ledger.published()
    left = _left_undone(job, chain[-1]) if chain else []
    if not left:
        repair_members(job)
        return
    job.progress.say(f"run {chain[-1].run_id} was published, but its {' and '.join(left)} did not follow: done now")
    published = replace(job, run_id=chain[-1].run_id, as_of_wanted=chain[-1].as_of, writes_report=REPORT in left)
    follow_up(published, write_report if REPORT in left else None)
    job.ledger.forget()


def _left_undone(job: Job, publication: State) -> list[str]:
    """What should have followed a publication and is not known to have; nothing where an older version published it."""
    follows = json.loads(publication.outputs or "{}").get(FOLLOWS, [])
    is_done = any(s.run_id == publication.run_id and s.phase == AFTER_PUBLICATION for s in job.ledger.states())
    return [] if is_done else list(follows)
