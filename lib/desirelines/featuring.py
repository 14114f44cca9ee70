"""Sessions to features, RFM scores and labels, and what was fitted on the way."""

from __future__ import annotations

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.features.labels import benefit_ranks, to_labels
from desirelines.features.matrix import lying_together, to_features
from desirelines.features.occasions import PersonalDays, days_of, to_personal_dates
from desirelines.features.own import to_own_features
from desirelines.features.path_words import to_vocabulary, to_word_weights, to_words
from desirelines.features.rfm import cut_points, to_rfm_scores
from desirelines.identities.owners import with_person
from desirelines.io.predicates import equals
from desirelines.job import Job
from desirelines.reading import (
    PATH_WORDS,
    features_of,
    keep_consented,
    open_identities,
    sessions_of_people,
    usable_events,
    vocabulary_of,
)
from desirelines.tables import FEATURES, PERSON_LABELS, RFM_SCORES, RUN_PARAMETERS, STREAM_OWNERS

CUT_POINTS, BENEFIT_RANKS = "rfm_cut_points", "benefit_ranks"


def write_features(job: Job) -> None:
    """Write what is counted of everybody as of the run's date, with the features of the settings and the weights of path words."""
    rules, sessions = job.settings.segments, sessions_of_people(job)
    occasions = [days_of(o, job.as_of) for o in job.settings.features.occasions]
    personal = [o for o in occasions if isinstance(o, PersonalDays)]
    before = F.col("occurred_at") < F.lit(job.window.end)
    dates = to_personal_dates(_events_of_people(job).filter(before), personal) if personal else None
    together = lying_together(sessions).persist(StorageLevel.MEMORY_AND_DISK)
    features = to_features(
        together, job.window, cart_hours=rules.cart_abandoner_hours, cart_days=rules.cart_abandoner_days,
        goal_kinds=job.settings.features.goal_kinds, key_kinds=job.settings.features.key_kinds,
        occasions=occasions, personal_dates=dates, buckets=job.settings.warehouse.buckets, run_id=job.run_id,
    )  # fmt: skip
    parts = [p for p in (_own(job, sessions), _words(job, together)) if p is not None]
    for number, part in enumerate(parts):
        renamed = {"names": f"_names{number}", "values": f"_values{number}"}
        features = features.join(part.withColumnsRenamed(renamed), "person_id", "left")
    if parts:
        for column, kind in (("names", "string"), ("values", "double")):
            nothing = F.array().cast(f"array<{kind}>")
            lists = [F.coalesce(f"_{column}{number}", nothing) for number in range(len(parts))]
            features = features.withColumn(f"own_{column}", F.concat(f"own_{column}", *lists))
    try:
        job.warehouse.replace_where(features, FEATURES, equals("as_of", job.as_of))
    finally:  # a notebook's session lives on
        together.unpersist()


def write_rfm(job: Job) -> None:
    """Score everybody as of the run's date, and keep the cut points in `run_parameters`."""
    features, settings = features_of(job), job.settings.rfm
    cuts = cut_points(features, settings)
    job.warehouse.replace_where(
        to_rfm_scores(features, cuts, settings, run_id=job.run_id), RFM_SCORES, equals("as_of", job.as_of)
    )
    if cuts is not None:
        keep_parameter(job, CUT_POINTS, cuts.to_json())
        if cuts.is_fixed:
            job.progress.say("most people ordered about as often, so frequency is scored by rfm.fixed_frequency_cuts")


def write_labels(job: Job) -> None:
    """Say in words where everybody stands as of the run's date, against the labels of the newest date before."""
    features, settings = features_of(job), job.settings
    ranks = benefit_ranks(features)
    labels = job.warehouse.read(PERSON_LABELS)
    earlier = labels.filter(F.col("as_of") < F.lit(job.as_of)).agg(F.max("as_of")).collect()[0][0]
    rows = to_labels(
        features, labels.filter(F.col("as_of") == F.lit(earlier)), ranks, job.window, settings.features.journey,
        lapsed_months=settings.segments.lapsed_months, occasions=[o.name for o in settings.features.occasions], run_id=job.run_id,
    )  # fmt: skip
    job.warehouse.replace_where(rows, PERSON_LABELS, equals("as_of", job.as_of))
    if ranks is not None:
        keep_parameter(job, BENEFIT_RANKS, ranks.to_json())


def keep_parameter(job: Job, name: str, value: str) -> None:
    """Keep what this run fitted under a name; a second try leaves one."""
    row = job.spark.createDataFrame([(job.run_id, name, value)], RUN_PARAMETERS.schema)
    job.warehouse.replace_run(row, RUN_PARAMETERS, job.run_id, equals("name", name))


def _own(job: Job, sessions: DataFrame) -> DataFrame | None:
    """Features of the settings: person_id, names, values."""
    asked = job.settings.features.own
    found = None
    for over, at in (("sessions", "started_at"), ("events", "occurred_at")):
        own = [f for f in asked if f.over == over]
        if not own:
            continue
        made = to_own_features(sessions if over == "sessions" else _events_of_people(job), own, job.window, at)
        found = made if found is None else found.join(made, "person_id", "full")
    if found is None:
        return None
    names, values = F.array(*(F.lit(f.name) for f in asked)), F.array(*(F.col(f.name) for f in asked))
    return found.select("person_id", names.alias("names"), values.alias("values"))


def _words(job: Job, sessions: DataFrame) -> DataFrame | None:
    """Weights of the path words of the window: person_id, names, values. Their vocabulary is kept."""
    most = job.settings.features.path_words
    if not most:
        return None
    inside = (F.col("started_at") >= F.lit(job.window.start)) & (F.col("started_at") < F.lit(job.window.end))
    words = to_words(sessions.filter(inside)).localCheckpoint()  # counted, then weighed
    base, _ = job.ledger.base_of(job.run_id, job.as_of)
    vocabulary = None if job.refit else vocabulary_of(job, base)
    if vocabulary is None:
        vocabulary = to_vocabulary(words, most=most, min_people=job.settings.paths.min_people)
    keep_parameter(job, PATH_WORDS, vocabulary.to_json())
    return to_word_weights(words, vocabulary)


def _events_of_people(job: Job) -> DataFrame:
    """Usable events with their person."""
    usable = usable_events(job).filter(~F.col("is_bot") & F.col("is_consented"))
    owners = job.warehouse.read(STREAM_OWNERS).filter(F.col("to_run").isNull())
    people = with_person(usable.withColumn("started_at", F.col("occurred_at")), open_identities(job), owners)
    return keep_consented(job, people, began="occurred_at", ended="occurred_at")
