"""A name that a person gives a segment; it survives refits as long as the segment does."""

from __future__ import annotations

from dataclasses import dataclass

from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean
from desirelines.run.context import Run
from desirelines.settings.validators import known_name
from desirelines.tables import SEGMENT_DEFINITIONS
from desirelines.views.members import definition_rows
from desirelines.views.runs import newest_published


@dataclass(frozen=True, slots=True)
class NamedSegment:
    """A version of a segment's definition: its automatic name, and the alias a person gave."""

    segment_id: str
    version: int
    name: str
    alias: str | None
    run_id: str


def rename(run: Run, segment_id: str, alias: str | None) -> NamedSegment:
    """Add a version of the segment's definition with this alias, or without one for null.

    Gives the version. Idempotent.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: no run that ended has this segment, or the name is invalid (see
            `settings.validators.known_name`).
    """
    name = None if alias is None else _checked(alias)
    published = newest_published(run)
    ended = [s.run_id for s in run.ledger.ended()]
    newest = definition_rows(run, ended)
    if segment_id not in newest:
        raise SettingsError(
            [
                f"no segment has the id '{shown(segment_id)}'{did_you_mean(segment_id, newest)}. "
                "`desirelines history --run RUN` lists them"
            ]
        )
    now = newest[segment_id]
    if now["alias"] != name:
        now |= {"alias": name, "version": now["version"] + 1, "run_id": published.run_id}
        run.warehouse.append([now], SEGMENT_DEFINITIONS)
    return NamedSegment(now["segment_id"], now["version"], now["name"], now["alias"], now["run_id"])


def _checked(name: str) -> str:
    try:
        return known_name(name)
    except ValueError as error:
        raise SettingsError([f"rename: {error}"]) from None
