"""The way of the data, a function a stage: read, transform, check, write. The page to read first.

    sources → events → identities → sessions → features → clusters → segments → paths → published → report

Each function takes a `Job` (session, tables, settings, the run) and does one stage; `run_all` does them in order. What a
stage computes is in its folder, as functions from table to table; only this page and those it calls (`intake.py` first) read and write.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pyspark.sql import functions as F

from desirelines import sessioning, tables
from desirelines.accounts import used_rows
from desirelines.after_publication import FOLLOWS, follow_up, what_follows
from desirelines.clusters.fit import fit
from desirelines.errors import EmptyInputError, GateError
from desirelines.featuring import keep_parameter, write_features, write_labels, write_rfm
from desirelines.gates import check_as_of, check_gates, check_stages, day_after_newest_event, is_beyond_the_data
from desirelines.history.changes import to_changes
from desirelines.identifying import resolve, seen_last, seen_now, touched_keys
from desirelines.intake import drop_expired, ingest_sources
from desirelines.io.ledger import DONE, State
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.membership import members_after
from desirelines.modelling import (
    cluster_rows,
    clusters_before,
    forget_old_evidence,
    found,
    log_to_mlflow,
    new_definitions,
    segment_ids,
    standing_model,
    told,
)
from desirelines.pathing import PATH_TABLES, write_paths
from desirelines.reading import (
    PREPARATION,
    assigned_by,
    cluster_segments,
    clustered_features,
    current_memberships,
    expected_segments,
    features_in_use,
    features_of,
    grouped_and_apart,
    open_identities,
)
from desirelines.robots import take_robots_out
from desirelines.segments.evidence import to_evidence
from desirelines.segments.profile import to_profiles
from desirelines.sessioning import Account
from desirelines.settings.run_ids import NO_BASE
from desirelines.sizing import published_sums
from desirelines.source_facts import facts_before, present_sources


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: whether anything was new, its run, and whether that was published or is a backfill."""

    changed: bool
    run_id: str
    as_of: date
    status: str


def run_all(job: Job) -> Outcome:
    """Do all stages in order; without `job.refit` by the model of the last published run. Nothing new since: change nothing.

    Raises:
        DesirelinesError: a stage cannot go on; nothing was published.
    """
    job.warehouse.check_writable()
    ingest_events(job)
    same = _same_before(job)
    if same is not None:
        return Outcome(False, same.run_id, job.as_of, same.status)
    resolve_identities(job)
    build_sessions(job)
    build_features(job)
    if job.refit:
        fit_clusters(job)
    else:
        take_model(job)
    assign_segments(job)
    build_paths(job)
    publish(job)
    end = next(s for s in job.ledger.ended() if s.run_id == job.run_id)
    return Outcome(True, job.run_id, job.as_of, end.status)


def ingest_events(job: Job) -> None:
    """Sources → ingest_batches, events, quarantined_events, row_accounts, identity_links, stream_tags, consents. New rows only.

    What is past its day in quarantine goes.
    """
    job.ledger.check_open(job.run_id)
    job.progress.begin("ingest-events")
    began = job.clock()
    drop_expired(job)
    before = facts_before(job)
    sources, facts = present_sources(job, before)
    batches = ingest_sources(job, sources, facts.checkpoints)
    rows = used_rows(job) if batches else 0
    job.as_of_wanted = job.as_of_wanted or job.ledger.as_of(job.run_id) or day_after_newest_event(job)
    check_as_of(job)
    job.seconds["ingest-events"] = (job.clock() - began).total_seconds()
    if batches or facts != before:
        job.ledger.record(
            job.run_id,
            "ingest-events",
            DONE,
            as_of=job.as_of_wanted,
            inputs=asdict(facts),
            outputs=_versions(job, tables.EVENTS),
            row_count=rows,
        )
    job.progress.end("ingest-events", rows, job.seconds["ingest-events"], "" if batches else "nothing new arrived")


def resolve_identities(job: Job) -> None:
    """identity_links → identity_map, stream_owners, people, identity_cuts: who is who, judged anew where links are new."""
    with job.stage("resolve-identities") as result:
        now, last = seen_now(job), seen_last(job)
        result.inputs = now.to_facts()
        if last == now:
            result.note = "no identifier is new: people stay"
        elif last is None or last.rules != now.rules:
            resolve(job, None)
        else:
            resolve(job, touched_keys(job, last))
        result.rows = row_count(open_identities(job))
        result.outputs = _versions(job, tables.IDENTITY_MAP, tables.STREAM_OWNERS, tables.PEOPLE, tables.IDENTITY_CUTS)


def build_sessions(job: Job) -> None:
    """Events → sessions, in one shuffle; without robots and without what nobody consented to. Every event is accounted for.

    Only streams with something new are cut anew, from their first touched session on.

    Raises:
        GateError: events = in sessions + bots + without consent + over the cap does not hold, or too many are robots'.
    """
    with job.stage("build-sessions") as result:
        now, last = sessioning.seen_now(job), sessioning.seen_last(job)
        result.inputs = {"seen": asdict(now)}
        is_known = last is not None and last.rules == now.rules
        touched = sessioning.touched_streams(job, last) if last is not None and is_known and last != now else None
        if is_known and touched is None:
            result.note = "no event is new: sessions stay"
        else:
            account = sessioning.cut_anew(job, touched)
            account = account.with_more_bots(take_robots_out(job, touched))
            check_account(job, account)
            result.rows, result.note = account.sessions, str(account)
            result.outputs = {"account": asdict(account)}
        result.outputs |= _versions(job, tables.SESSIONS)


def build_features(job: Job) -> None:
    """Sessions → features, rfm_scores and person_labels: one row a person as of as_of, nothing after it."""
    with job.stage("build-features") as result:
        write_features(job)
        result.rows = row_count(features_of(job))
        write_rfm(job)
        write_labels(job)
        result.inputs, result.outputs = (
            _versions(job, tables.SESSIONS, tables.IDENTITY_MAP, tables.STREAM_OWNERS),
            _versions(job, tables.FEATURES, tables.RFM_SCORES, tables.PERSON_LABELS),
        )
        if result.rows == 0:
            raise EmptyInputError(
                f"nobody did anything before as_of {job.as_of}. Give a later --as-of, or read more events."
            )


def fit_clusters(job: Job) -> None:
    """Features → cluster_trials, cluster_models, run_parameters, and a run in MLflow."""
    with job.stage("fit-clusters") as result:
        features, settings = clustered_features(job), job.settings.clusters
        count, apart = grouped_and_apart(job)
        fitted = fit(
            features, count, features_in_use(job), settings, on_trial=lambda t: job.progress.say(told(t)),
            k_before=clusters_before(job), apart=apart,
        )  # fmt: skip
        run = {"run_id": job.run_id}
        trials = [run | {"trial": n} | asdict(t) for n, t in enumerate(fitted.trials, start=1)]
        job.warehouse.replace_run(
            job.spark.createDataFrame(trials, tables.CLUSTER_TRIALS.schema), tables.CLUSTER_TRIALS, job.run_id
        )
        keep_parameter(job, PREPARATION, fitted.preparation.to_json())
        mlflow_run = log_to_mlflow(job, fitted)
        rows = cluster_rows(job, features, fitted, mlflow_run, apart=apart)
        job.warehouse.replace_run(
            job.spark.createDataFrame(rows, tables.CLUSTER_MODELS.schema), tables.CLUSTER_MODELS, job.run_id
        )
        result.rows, result.note = len(rows), found(fitted)
        result.inputs, result.outputs = (
            _versions(job, tables.FEATURES),
            _versions(job, tables.CLUSTER_MODELS, tables.CLUSTER_TRIALS, tables.RUN_PARAMETERS),
        )


def take_model(job: Job) -> None:
    """The model of the last published run, as this run's own: nothing is fitted, segments keep their ids and names.

    Raises:
        EmptyInputError: no run was published yet.
    """
    with job.stage("take-model") as result:
        rows, preparation = standing_model(job)
        keep_parameter(job, PREPARATION, preparation)
        job.warehouse.replace_run(
            job.spark.createDataFrame(rows, tables.CLUSTER_MODELS.schema), tables.CLUSTER_MODELS, job.run_id
        )
        result.rows, result.note = len(rows), f"the model of run {rows[0]['model_version']}"
        result.outputs = _versions(job, tables.CLUSTER_MODELS, tables.RUN_PARAMETERS)


def assign_segments(job: Job) -> None:
    """Features and the model → segment_changes against the base run, profiles, sizes, moves, definitions. All staged."""
    with job.stage("assign-segments") as result:
        base, _ = job.ledger.base_of(job.run_id, job.as_of)
        before = members_after(job, base)
        now = current_memberships(job).persist()  # five tables are made from it
        job.warehouse.replace_run(
            to_changes(before, now, run_id=job.run_id, as_of=job.as_of), tables.SEGMENT_CHANGES, job.run_id
        )
        changes = job.warehouse.read(tables.SEGMENT_CHANGES).filter(F.col("run_id") == job.run_id)
        ids = segment_ids(job)
        expected = None if base == NO_BASE else expected_segments(job, base)
        sums = published_sums(job, ids, before=before, now=now, changes=changes, expected=expected, base_run_id=base)
        profiles = to_profiles(
            features_of(job), now, features_in_use(job), run_id=job.run_id, withheld_sizes=sums.withheld_sizes
        )
        job.warehouse.replace_run(profiles, tables.SEGMENT_PROFILES, job.run_id)
        named = job.spark.createDataFrame(new_definitions(job), tables.SEGMENT_DEFINITIONS.schema)  # by the profiles
        rows = [
            (named, tables.SEGMENT_DEFINITIONS),
            (
                to_evidence(assigned_by(job, job.run_id), cluster_segments(job, job.run_id), run_id=job.run_id),
                tables.SEGMENT_EVIDENCE,
            ),
            (sums.sizes, tables.SEGMENT_SIZES),
            (sums.moves, tables.SEGMENT_MOVES),
        ]
        job.warehouse.replace_run_of(rows, job.run_id)
        now.unpersist()
        forget_old_evidence(job)
        result.rows = len(ids)  # not the changes: with the sizes, their number tells those of small groups
        result.note = f"segments, with changes against {'the empty beginning' if base == NO_BASE else base}"
        result.inputs = {"base_run_id": base}
        result.outputs = _versions(
            job, tables.SEGMENT_CHANGES, tables.SEGMENT_PROFILES, tables.SEGMENT_SIZES, tables.SEGMENT_MOVES,
            tables.SEGMENT_DEFINITIONS, tables.SEGMENT_EVIDENCE,
        )  # fmt: skip


def build_paths(job: Job) -> None:
    """Sessions and memberships → path_edges, path_positions, path_steps, path_patterns, funnel_steps, per segment and for all."""
    with job.stage("build-paths") as result:
        result.rows = write_paths(job)
        result.inputs = _versions(job, tables.SESSIONS)
        result.outputs = _versions(job, *PATH_TABLES)


def publish(job: Job) -> None:
    """Check the run and publish it in one commit; then segment_members is replaced in one more.

    Raises:
        GateError: a check failed, or other runs were published first three times over.
    """
    with job.stage("publish") as result:
        check_stages(job)
        job.warehouse.create(tables.SEGMENT_MEMBERS)  # there from the first publication on, whatever happens after it
        for _ in range(3):
            base, is_backfill = job.ledger.base_of(job.run_id, job.as_of)
            if job.ledger.inputs_of(job.run_id, "assign-segments").get("base_run_id") != base:
                assign_segments(job)  # another run came first: what changed is told against it
            gates = check_gates(job)
            facts = {"as_of": job.as_of, "inputs": _fingerprint(job), "gates": gates, "row_count": gates["people"]}
            if is_backfill or is_beyond_the_data(job):
                job.ledger.backfill(job.run_id, base, **facts)
                result.note = "outside the chain of published runs: members stay as they are"
                break
            if job.ledger.publish(job.run_id, base, **facts, outputs={FOLLOWS: what_follows(job)}):
                follow_up(job)
                break
        else:
            raise GateError("publish: other runs were published first, three times. Run again when they are done.")
        result.is_recorded = True
        result.rows = gates["people"]


def _same_before(job: Job) -> State | None:
    """The newest run that ended with the same inputs, settings and as_of, against the same base; null when there is none."""
    fingerprint = _fingerprint(job)
    for end in reversed([s for s in job.ledger.ended() if s.as_of == job.as_of]):
        base, _ = job.ledger.base_of(end.run_id, job.as_of)
        if job.ledger.inputs_of(end.run_id, "publish") == fingerprint and base == end.base_run_id:
            return end
    return None


def _fingerprint(job: Job) -> dict[str, Any]:
    """What decides the result of a run; two runs with the same are the same."""
    decided = (tables.EVENTS, tables.CONSENTS, tables.STREAM_TAGS, tables.SUPPRESSIONS, tables.IDENTITY_CUTS)
    versions = _versions(job, *decided)
    return versions | {"config": job.settings.hash, "as_of": str(job.as_of)}


def _versions(job: Job, *tables: Any) -> dict[str, Any]:
    return dict(job.warehouse.versions(tables))


def check_account(job: Job, account: Account) -> None:
    """Hold the sessions' account against itself and against the share of robots that is allowed.

    Raises:
        GateError: it does not add up, or too many events are robots'.
    """
    if not account.adds_up:
        raise GateError(
            f"build-sessions: events do not add up: {account}. Nothing is published. This is a defect: please report it."
        )
    most = job.settings.bots.most_share
    if account.bots > most * account.events:
        raise GateError(
            f"build-sessions: {account.bots:,} of {account.events:,} events are robots', more than bots.most_share ({most:.0%}). "
            "Nothing is published. Look at `stream_tags`; if that is right, raise bots.most_share, or say keep_bots in the source's mapping."
        )
