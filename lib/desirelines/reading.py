"""The tables as stages need them: usable events, sessions with their people, the features and memberships of a run."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from desirelines.catalogue import FEATURES as CATALOGUE
from desirelines.catalogue import Feature
from desirelines.clusters.prepare import Preparation
from desirelines.clusters.score import to_assigned
from desirelines.errors import EmptyInputError
from desirelines.features.occasions import occasion_features
from desirelines.features.own import catalogued
from desirelines.features.path_words import Vocabulary
from desirelines.identities.owners import with_person
from desirelines.job import Job
from desirelines.segments.assign import to_memberships
from desirelines.segments.rules import RuleSegment, rule_segments, too_little_data
from desirelines.sessions.consent import consent_intervals, drop_refused, to_refusals, with_consent
from desirelines.sessions.sessions import to_sessions
from desirelines.tables import (
    CLUSTER_MODELS,
    CONSENTS,
    EVENTS,
    FEATURES,
    IDENTITY_MAP,
    RUN_PARAMETERS,
    SESSIONS,
    STREAM_OWNERS,
    STREAM_TAGS,
)  # fmt: skip

PREPARATION, PATH_WORDS = "preparation", "path_words"
"""How features become numbers, and the vocabulary of path words, in `run_parameters`."""


def current_memberships(job: Job) -> DataFrame:
    """Who is in which segment by this run's features, model and rules: person_id, bucket, segment_id, is_primary."""
    return to_memberships(
        features_of(job), assigned_by(job, job.run_id), cluster_segments(job, job.run_id), rules_of(job)
    )


def assigned_by(job: Job, run_id: str) -> DataFrame:
    """Nearest and next nearest cluster of everybody who is grouped, by the model of a run and the features of this one."""
    centres = {r["cluster"]: list(r["centre"]) for r in model_rows(job, run_id)}
    parameters = job.warehouse.read(RUN_PARAMETERS)
    stored = parameters.filter((F.col("run_id") == run_id) & (F.col("name") == PREPARATION)).collect()[0]["value"]
    return to_assigned(clustered_features(job), Preparation.from_json(stored), centres)


def cluster_segments(job: Job, run_id: str) -> dict[int, str]:
    """The segment of each cluster of a run's model."""
    return {r["cluster"]: r["segment_id"] for r in model_rows(job, run_id)}


def expected_segments(job: Job, run_id: str) -> DataFrame:
    """The segment that the model of a run gives everybody who is grouped, by the features of this one: person_id, expected_segment_id."""
    segments = cluster_segments(job, run_id)
    names = F.create_map(*(F.lit(part) for cluster, segment in sorted(segments.items()) for part in (cluster, segment)))
    expected = F.element_at(names, F.col("cluster").cast("int")).alias("expected_segment_id")
    return assigned_by(job, run_id).select("person_id", expected)


def model_rows(job: Job, run_id: str) -> list[Row]:
    """The model of a run, a row a cluster.

    Raises:
        EmptyInputError: it has none yet.
    """
    models = job.warehouse.read(CLUSTER_MODELS).filter(F.col("run_id") == run_id).collect()
    if not models:
        raise EmptyInputError("this run has no clusters yet. Run `desirelines fit-clusters` first.")
    return models


def published_sessions(job: Job) -> DataFrame:
    """Sessions inside the window of observation, with their person."""
    window = job.window
    sessions = sessions_of_people(job)
    return sessions.filter((F.col("started_at") >= F.lit(window.start)) & (F.col("started_at") < F.lit(window.end)))


def usable_events(job: Job) -> DataFrame:
    """Events with is_bot (from its verdict on; never true while robots are not to be left out) and is_consented."""
    consent = job.settings.consent
    mapped = any(s.columns.consent is not None for s in job.settings.sources)
    unknown = not mapped if consent.unknown == "auto" else consent.unknown == "granted"
    events = with_consent(job.warehouse.read(EVENTS), _intervals(job), unknown_is_granted=unknown)
    if not job.settings.bots.leave_out:
        return events.withColumn("is_bot", F.lit(False))
    verdicts = job.warehouse.read(STREAM_TAGS).groupBy("stream_id").agg(F.min("from_at").alias("_bot_from"))
    is_bot = F.coalesce(F.col("occurred_at") >= F.col("_bot_from"), F.lit(False))
    return events.join(F.broadcast(verdicts), "stream_id", "left").withColumn("is_bot", is_bot).drop("_bot_from")


def sessions_of_people(job: Job) -> DataFrame:
    """Sessions before as_of with their person; what straddles as_of is cut there, from its events.

    Without those of people who refused, on whichever of their devices.
    """
    end = job.window.end
    sessions = job.warehouse.read(SESSIONS).filter(F.col("started_on") <= F.lit(end.date()))
    owners = job.warehouse.read(STREAM_OWNERS).filter(F.col("to_run").isNull())
    straddling = sessions.filter((F.col("started_at") < F.lit(end)) & (F.col("ended_at") >= F.lit(end)))
    starts = straddling.groupBy("stream_id", F.col("session_key").alias("_session")).agg(
        F.min("started_at").alias("_from")
    )
    first = starts.agg(F.min("_from")).collect()[0][0]
    if first is not None:
        whole = sessions.filter(F.col("ended_at") < F.lit(end))
        days = F.col("occurred_on").between(F.lit(first.date()), F.lit(end.date()))
        usable = usable_events(job).filter(days & ~F.col("is_bot") & F.col("is_consented"))
        same = (usable["stream_id"] == starts["stream_id"]) & usable["session_key"].eqNullSafe(starts["_session"])
        inside = usable.join(F.broadcast(starts), same).drop(starts["stream_id"])
        inside = inside.filter((F.col("occurred_at") >= F.col("_from")) & (F.col("occurred_at") < F.lit(end)))
        sessions = whole.unionByName(
            to_sessions(
                inside, job.settings.sessions, zone=job.settings.site.time_zone, buckets=job.settings.warehouse.buckets
            )
        )
    people = with_person(sessions, open_identities(job), owners)
    return keep_consented(job, people, began="started_at", ended="ended_at")


def keep_consented(job: Job, rows: DataFrame, *, began: str, ended: str) -> DataFrame:
    """Rows of people none of whose identifiers refused at the time, or refuses now; each key's own consent is settled already."""
    if not job.warehouse.exists(CONSENTS):
        return rows
    return drop_refused(rows, to_refusals(_intervals(job), open_identities(job)), began=began, ended=ended)


def _intervals(job: Job) -> DataFrame:
    """Intervals of consent to the purpose, as it stands at as_of."""
    return consent_intervals(job.warehouse.read(CONSENTS), purpose=job.settings.consent.purpose, at=job.window.end)


def open_identities(job: Job) -> DataFrame:
    """Who every identifier is now."""
    return job.warehouse.read(IDENTITY_MAP).filter(F.col("to_run").isNull())


def features_of(job: Job) -> DataFrame:
    """Features as of the run's date."""
    return job.warehouse.read(FEATURES).filter(F.col("as_of") == F.lit(job.as_of))


def clustered_features(job: Job) -> DataFrame:
    """Features of the people who are grouped: those of whom enough is known."""
    apart = [rule.condition for rule in rules_of(job) if rule.is_primary]
    return reduce(lambda rows, condition: rows.filter(~F.coalesce(condition, F.lit(False))), apart, features_of(job))


def grouped_and_apart(job: Job) -> tuple[int, int]:
    """People who are grouped, and people of whom too little is known for it. One execution."""
    is_apart = reduce(
        Column.__or__, (F.coalesce(rule.condition, F.lit(False)) for rule in rules_of(job) if rule.is_primary)
    )
    row = features_of(job).agg(F.count_if(~is_apart), F.count_if(is_apart)).collect()[0]
    return int(row[0]), int(row[1])


def features_in_use(job: Job) -> tuple[Feature, ...]:
    """The catalogue, the features of the settings, and the path words of the run."""
    features = job.settings.features
    own = tuple(catalogued(f, features.window_days) for f in features.own)
    vocabulary = vocabulary_of(job, job.run_id) if features.path_words else None
    occasions = tuple(f for o in features.occasions for f in occasion_features(o.name))
    return (*CATALOGUE, *occasions, *own, *(vocabulary.features() if vocabulary else ()))


def vocabulary_of(job: Job, run_id: str) -> Vocabulary | None:
    """The path words of a run; null when it had none."""
    parameters = job.warehouse.read(RUN_PARAMETERS)
    rows = parameters.filter((F.col("run_id") == run_id) & (F.col("name") == PATH_WORDS)).collect()
    return Vocabulary.from_json(rows[0]["value"]) if rows else None


def rules_of(job: Job) -> tuple[RuleSegment, ...]:
    """The segments that are set by a rule, as of the run's date."""
    by_rule = rule_segments(job.settings.segments, F.lit(job.window.end))
    return (too_little_data(job.settings.clusters.least_active_days), *by_rule)
