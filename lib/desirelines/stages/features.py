"""Build features, RFM scores and labels from sessions, and save their fitted parameters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.errors import EmptyInputError
from desirelines.features.build import colocated_by_person, to_features
from desirelines.features.custom import to_custom_features
from desirelines.features.labels import benefit_ranks, to_labels
from desirelines.features.occasions import (
    OccasionDays,
    PersonalDays,
    days_of,
    to_personal_dates,
)
from desirelines.features.path_tfidf import Vocabulary, to_vocabulary, to_word_weights, to_words
from desirelines.features.rfm import cut_points, to_rfm_scores
from desirelines.frames.keep import checkpointed, kept, release
from desirelines.io.spark.job_names import at_once
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.sessions.orders_of_people import with_orders_of_people
from desirelines.stages.parameters import save_run_parameters
from desirelines.tables import FEATURES, PERSON_LABELS, RFM_SCORES
from desirelines.views.events import events_of_people
from desirelines.views.features import features_of, people_count, vocabulary_of
from desirelines.views.parameters import RunParameter
from desirelines.views.sessions import sessions_of_people


def build_features(run: Run) -> StageReport:
    """Sessions → features, rfm_scores and person_labels: one row a person, from data before as_of.

    Raises:
        EmptyInputError: nobody did anything before as_of.
    """
    fitted = write_features(run)
    for more in at_once(run.spark, [partial(write_rfm, run), partial(write_labels, run)]):
        fitted |= more
    save_run_parameters(run, fitted)
    people = people_count(run)
    if people == 0:
        raise EmptyInputError(
            f"nobody did anything before as_of {run.as_of}. Give a later --as-of, or read more "
            "events."
        )
    return StageReport(people)


def write_features(run: Run) -> dict[RunParameter, str | None]:
    """Write everybody's features as of the run's date, with custom ones and path n-gram weights.

    Gives the vocabulary of the n-grams, if the settings want them.
    """
    sessions = with_orders_of_people(sessions_of_people(run))
    occasions = [days_of(o, run.as_of) for o in run.settings.features.occasions]
    personal = [o for o in occasions if isinstance(o, PersonalDays)]
    before = F.col("occurred_at") < F.lit(run.window.end)
    dates = to_personal_dates(events_of_people(run).filter(before), personal) if personal else None
    together = kept(colocated_by_person(sessions), colocated_by_person)
    features = features_from(run, together, occasions, dates)
    vocabulary, weights = _ngrams(run, together)
    parts = [p for p in (_custom(run, sessions), weights) if p is not None]
    for number, part in enumerate(parts):
        renamed = {"names": f"_names{number}", "values": f"_values{number}"}
        features = features.join(part.withColumnsRenamed(renamed), "person_id", "left")
    if parts:
        for column, kind in (("names", "string"), ("values", "double")):
            empty = F.array().cast(f"array<{kind}>")
            lists = [F.coalesce(f"_{column}{number}", empty) for number in range(len(parts))]
            features = features.withColumn(f"own_{column}", F.concat(f"own_{column}", *lists))
    try:
        run.warehouse.replace_partition(features, FEATURES, "as_of", run.as_of)
    finally:  # a notebook's session lives on
        release(together)
    return {RunParameter.PATH_WORDS: None if vocabulary is None else vocabulary.to_json()}


def features_from(
    run: Run,
    sessions: DataFrame,
    occasions: Sequence[OccasionDays | PersonalDays] = (),
    personal_dates: DataFrame | None = None,
) -> DataFrame:
    """The features of these sessions by the settings, without those of one's own.

    `sessions` carry `person_id` and are `colocated_by_person`.
    """
    rules, settings = run.settings.segments, run.settings
    return to_features(
        sessions,
        run.window,
        cart_hours=rules.cart_abandoner_hours,
        cart_days=rules.cart_abandoner_days,
        goal_kinds=settings.features.goal_kinds,
        key_kinds=settings.features.key_kinds,
        occasions=occasions,
        personal_dates=personal_dates,
        buckets=settings.warehouse.buckets,
        run_id=run.run_id,
    )


def write_rfm(run: Run) -> dict[RunParameter, str | None]:
    """Score everybody as of the run's date; give the cut points, if there are any."""
    features, settings = features_of(run), run.settings.rfm
    cuts = cut_points(features, settings)
    scores = to_rfm_scores(features, cuts, settings, run_id=run.run_id)
    run.warehouse.replace_partition(scores, RFM_SCORES, "as_of", run.as_of)
    if cuts is not None and cuts.is_fixed:
        run.progress.say(
            "most people ordered about equally often, so frequency is scored by "
            "rfm.fixed_frequency_cuts"
        )
    return {RunParameter.CUT_POINTS: None if cuts is None else cuts.to_json()}


def write_labels(run: Run) -> dict[RunParameter, str | None]:
    """Write everybody's labels as of the run's date, and compare with the newest earlier date.

    Gives the ranks that decide one of them, if there are any.
    """
    features, settings = features_of(run), run.settings
    ranks = benefit_ranks(features)
    labels = run.warehouse.read(PERSON_LABELS)
    days = run.warehouse.partitions(PERSON_LABELS, "as_of")
    earlier = max((day for day in days if day < run.as_of), default=None)
    rows = to_labels(
        features,
        labels.filter(F.col("as_of") == F.lit(earlier)),
        ranks,
        run.window,
        settings.features.journey,
        lapsed_months=settings.segments.lapsed_months,
        occasions=[o.name for o in settings.features.occasions],
        run_id=run.run_id,
    )
    run.warehouse.replace_partition(rows, PERSON_LABELS, "as_of", run.as_of)
    return {RunParameter.BENEFIT_RANKS: None if ranks is None else ranks.to_json()}


def _custom(run: Run, sessions: DataFrame) -> DataFrame | None:
    """Custom features of the settings: person_id, names, values."""
    custom = run.settings.features.own
    features = None
    for over, at in (("sessions", "started_at"), ("events", "occurred_at")):
        of_input = [f for f in custom if f.over == over]
        if not of_input:
            continue
        rows = sessions if over == "sessions" else events_of_people(run)
        part = to_custom_features(rows, of_input, run.window, at)
        features = part if features is None else features.join(part, "person_id", "full")
    if features is None:
        return None
    names = F.array(*(F.lit(f.name) for f in custom))
    values = F.array(*(F.col(f.name) for f in custom))
    return features.select("person_id", names.alias("names"), values.alias("values"))


def _ngrams(run: Run, sessions: DataFrame) -> tuple[Vocabulary | None, DataFrame | None]:
    """The vocabulary of path n-grams, and their weights in the window: person_id, names, values."""
    max_ngrams = run.settings.features.path_words
    if not max_ngrams:
        return None, None
    inside = (F.col("started_at") >= F.lit(run.window.start)) & (
        F.col("started_at") < F.lit(run.window.end)
    )
    words = checkpointed(to_words(sessions.filter(inside)))  # counted, then weighed
    vocabulary = None
    if run.is_replay:
        vocabulary = vocabulary_of(run, run.run_id)
    elif not run.refit:
        base, _ = run.ledger.base_of(run.run_id, run.as_of)
        vocabulary = vocabulary_of(run, base)
    if vocabulary is None:
        vocabulary = to_vocabulary(words, most=max_ngrams, min_people=run.settings.paths.min_people)
    return vocabulary, to_word_weights(words, vocabulary)
