"""The past of one person, and of one segment, over all published runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desirelines.characters import shown
from desirelines.errors import SettingsError, did_you_mean
from desirelines.operations.explain_person import person_of
from desirelines.run.context import Run
from desirelines.tables import SEGMENT_SCORECARD, SEGMENT_SIZES
from desirelines.views.history import segment_history
from desirelines.views.identities import one_person
from desirelines.views.members import definition_rows
from desirelines.views.runs import newest_published


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a person in a segment, half-open in days; null where it lasts."""

    segment_id: str
    name: str | None
    is_primary: bool
    valid_from: date
    valid_to: date | None
    from_run_id: str
    to_run_id: str | None


@dataclass(frozen=True, slots=True)
class SegmentInRun:
    """A segment in one run; withheld numbers are null.

    Attributes:
        measurable, distinct, distinct_by, reachable: as in segment_scorecard.
    """

    run_id: str
    as_of: date | None
    status: str
    name: str | None
    people: int | None
    share: float | None
    entered: int | None
    left: int | None
    measurable: float | None
    distinct: float | None
    distinct_by: str | None
    reachable: float | None


def history_of_person(
    run: Run, *, key: str | None, identifier: tuple[str, str] | None
) -> tuple[Stay, ...]:
    """Every stay of a person in a segment, the oldest first, as the person is known today.

    Raises:
        EmptyInputError: no person has this key, or no run was published.
    """
    published = newest_published(run)
    person = person_of(run, key=key, identifier=identifier)
    me = one_person(run, person)
    rows = segment_history(run).join(me, "person_id", "left_semi").collect()
    ended = [s.run_id for s in run.ledger.ended()]
    names = {
        segment: row["alias"] or row["name"]
        for segment, row in definition_rows(run, [*ended, published.run_id]).items()
    }
    return tuple(
        Stay(
            row["segment_id"],
            names.get(row["segment_id"]),
            row["is_primary"],
            row["valid_from"],
            row["valid_to"],
            row["from_run_id"],
            row["to_run_id"],
        )
        for row in sorted(rows, key=lambda r: (r["from_sequence"], r["segment_id"]))
    )


def history_of_segment(run: Run, segment_id: str) -> tuple[SegmentInRun, ...]:
    """A segment in every run that ended and has it, the oldest first.

    Raises:
        EmptyInputError: no run was published yet.
        SettingsError: no run that ended has this segment.
    """
    newest_published(run)
    of_segment = {"segment_id": [segment_id]}
    sizes = {r["run_id"]: r for r in run.warehouse.rows(SEGMENT_SIZES, where=of_segment)}
    cards = {r["run_id"]: r for r in run.warehouse.rows(SEGMENT_SCORECARD, where=of_segment)}
    ended = run.ledger.ended()
    found = []
    for place, state in enumerate(ended):
        size = sizes.get(state.run_id)
        if size is None:
            continue
        definition = definition_rows(run, [s.run_id for s in ended[: place + 1]]).get(segment_id)
        card = cards.get(state.run_id, {})
        found.append(
            SegmentInRun(
                state.run_id,
                state.as_of,
                state.status,
                name=None if definition is None else definition["alias"] or definition["name"],
                people=size["people_count"],
                share=size["share"],
                entered=size["entered_count"],
                left=size["left_count"],
                measurable=card.get("measurable"),
                distinct=card.get("distinct"),
                distinct_by=card.get("distinct_by"),
                reachable=card.get("reachable"),
            )
        )
    if not found:
        known = definition_rows(run, [s.run_id for s in ended])
        raise SettingsError(
            [
                f"no run has the segment '{shown(segment_id)}'{did_you_mean(segment_id, known)}. "
                "`desirelines history --run RUN` lists those of a run"
            ]
        )
    return tuple(found)
