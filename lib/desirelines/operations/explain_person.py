"""What is known of one person now, in words that engineers and privacy officers understand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desirelines.catalogue import FEATURES as CATALOGUE
from desirelines.errors import EmptyInputError
from desirelines.operations.explain_rules import RuleReason, rule_reasons
from desirelines.operations.identity_links import key_of_identifier
from desirelines.run.context import Run
from desirelines.tables import FEATURES, IDENTITY_MAP, PEOPLE, SEGMENT_EVIDENCE, SEGMENT_MEMBERS
from desirelines.views.identities import one_person
from desirelines.views.members import (
    definitions_of,
    members_after,
    members_stand_for,
    segment_names,
)
from desirelines.views.runs import computed_by, published_run
from desirelines.views.sessions import sessions_of_people


@dataclass(frozen=True, slots=True)
class SegmentReason:
    """A segment of a person, since when, and why."""

    segment_id: str
    name: str | None
    is_primary: bool
    since: str
    because: str


@dataclass(frozen=True, slots=True)
class NearSegment:
    """A segment near a person, and the distance to its centre in prepared numbers."""

    segment_id: str
    name: str | None
    distance: float


@dataclass(frozen=True, slots=True)
class FeatureValue:
    """A feature of a person; for a missing value `meaning` says what that means."""

    value: float | None
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier of a person, and the rule that links it to them."""

    key: str
    type: str
    first_seen_at: str
    rule: str


@dataclass(frozen=True, slots=True)
class PersonExplanation:
    """What is known of a person as of the newest published run."""

    person_id: str
    as_of: str
    run_id: str
    first_seen_at: str | None
    segments: tuple[SegmentReason, ...]
    rules: tuple[RuleReason, ...]
    nearest: tuple[NearSegment, ...]
    features: dict[str, FeatureValue]
    identifiers: tuple[Identifier, ...]
    sessions: int


def explain(
    run: Run,
    *,
    key: str | None,
    identifier: tuple[str, str] | None,
    run_id: str | None = None,
    segment: str | None = None,
) -> PersonExplanation:
    """Give a person's segments with reasons, features with meanings, identifiers and sessions.

    As of the newest published run, or of `run_id`; identifiers are those of today. With `segment`,
    only this rule is explained, with the events behind its counts.

    Raises:
        EmptyInputError: no person has this key, or no run was published.
        SettingsError: there is no such published run.
    """
    published = published_run(run, run_id)
    run = run.of(published.run_id, published.as_of)
    person = person_of(run, key=key, identifier=identifier)
    me = one_person(run, person)
    names = segment_names(run, run.run_id)
    first_seen = run.warehouse.find(PEOPLE, "person_id", person)
    return PersonExplanation(
        person,
        as_of=str(run.as_of),
        run_id=run.run_id,
        first_seen_at=_shown(first_seen[0]["first_seen_at"]) if first_seen else None,
        segments=_segments(run, person, names),
        rules=rule_reasons(run, person, only=segment),
        nearest=_nearest(run, person, names),
        features=_features(run, person),
        identifiers=_identifiers(run, person),
        sessions=sessions_of_people(run).join(me, "person_id").count(),
    )


def person_of(run: Run, *, key: str | None, identifier: tuple[str, str] | None) -> str:
    """The id of a person by a key or a person id, or by a raw identifier of a type.

    Raises:
        EmptyInputError: nobody is known by it.
    """
    wanted = key or key_of_identifier(run, *(identifier or ("", "")))
    people = {
        row["person_id"]
        for column in ("key", "person_id")
        for row in run.warehouse.find(IDENTITY_MAP, column, wanted)
        if row["to_run"] is None
    }
    if not people:
        raise EmptyInputError(
            "nobody is known by this key. Look at `identity_map`, "
            "or give a raw identifier with --identifier TYPE on standard input."
        )
    return str(min(people))


def _shown(moment: datetime) -> str:
    """A moment in UTC."""
    return str(moment.replace(tzinfo=None))


def _segments(run: Run, person: str, names: dict[str, str]) -> tuple[SegmentReason, ...]:
    """The segments of a person, the main one first."""
    definitions = {d["segment_id"]: d for d in definitions_of(run, run.run_id)}
    rows = _stays(run, person)
    return tuple(
        SegmentReason(
            row["segment_id"],
            names.get(row["segment_id"]),
            row["is_primary"],
            since=str(row["since_on"]),
            because=_because(definitions.get(row["segment_id"])),
        )
        for row in sorted(rows, key=lambda row: (not row["is_primary"], row["segment_id"]))
    )


def _stays(run: Run, person: str) -> list[dict[str, Any]]:
    """The person's segments after the run: segment_id, is_primary, since_on."""
    if run.run_id == members_stand_for(run.warehouse):
        return run.warehouse.find(SEGMENT_MEMBERS, "person_id", person)
    me = one_person(run, person)
    members = members_after(run, run.run_id).join(me, "person_id", "left_semi")
    return [row.asDict() for row in members.collect()]


def _because(definition: dict[str, Any] | None) -> str:
    if definition is None or definition["kind"] == "cluster":
        return "nearest of the clusters by the features below"
    return str(definition["definition"])


def _nearest(run: Run, person: str, names: dict[str, str]) -> tuple[NearSegment, ...]:
    """The nearest segment and the second nearest; none for a person in no cluster."""
    evidence = run.warehouse.find(SEGMENT_EVIDENCE, "person_id", person)
    computed = computed_by(run, run.run_id)
    return tuple(
        NearSegment(
            row[f"{place}segment_id"],
            names.get(row[f"{place}segment_id"]),
            row[f"{place}distance"],
        )
        for row in evidence
        for place in ("", "second_")
        if row["run_id"] == computed and row[f"{place}segment_id"]
    )


def _features(run: Run, person: str) -> dict[str, FeatureValue]:
    rows = run.warehouse.find(FEATURES, "person_id", person)
    values: dict[str, Any] = next((row for row in rows if row["as_of"] == run.as_of), {})
    return {
        feature.name: FeatureValue(
            values.get(feature.name),
            feature.unit,
            feature.null_means if values.get(feature.name) is None else feature.meaning,
        )
        for feature in CATALOGUE
    }


def _identifiers(run: Run, person: str) -> tuple[Identifier, ...]:
    rows = run.warehouse.find(IDENTITY_MAP, "person_id", person)
    return tuple(
        Identifier(row["key"], row["key_type"], _shown(row["first_seen_at"]), row["rule"])
        for row in sorted(rows, key=lambda row: (row["first_seen_at"], row["key"]))
        if row["to_run"] is None
    )
