"""The pipeline: every entry of STAGES is done by a file in `stages/`. Read this page first.

    sources → events → identities → sessions → features → clusters → segments → paths
    → published → report

A stage reads tables, transforms them by functions of the topic folders, checks, and writes tables.
The commands of the stages, the files in `jobs/`, the output of `desirelines plan` and the versions
in the ledger follow from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from desirelines.run.context import Run
from desirelines.run.execute import Stage, execute
from desirelines.stages.clusters import fit_clusters, take_model
from desirelines.stages.features import build_features
from desirelines.stages.identities import resolve_identities
from desirelines.stages.ingest import ingest_events
from desirelines.stages.paths import build_paths
from desirelines.stages.publish import publish, run_with_same_inputs
from desirelines.stages.segments import assign_segments
from desirelines.stages.sessions import build_sessions
from desirelines.tables import (
    CLUSTER_MODELS,
    CLUSTER_TRIALS,
    CONSENTS,
    EVENTS,
    FEATURES,
    FUNNEL_STEPS,
    FUNNEL_WEEKS,
    IDENTIFIERS,
    IDENTITY_CUTS,
    IDENTITY_LINKS,
    IDENTITY_MAP,
    INGEST_BATCHES,
    PATH_EDGES,
    PATH_PATTERNS,
    PATH_POSITIONS,
    PATH_STEPS,
    PEOPLE,
    PERSON_LABELS,
    QUARANTINED_EVENTS,
    RFM_SCORES,
    ROW_ACCOUNTS,
    RUN_PARAMETERS,
    RUNS,
    SEGMENT_CHANGES,
    SEGMENT_COVERAGE,
    SEGMENT_DEFINITIONS,
    SEGMENT_EVIDENCE,
    SEGMENT_MEMBERS,
    SEGMENT_MOVES,
    SEGMENT_OVERLAP,
    SEGMENT_PROFILES,
    SEGMENT_SCORECARD,
    SEGMENT_SIZES,
    SESSIONS,
    STREAM_OWNERS,
    STREAM_TAGS,
    SUPPRESSIONS,
)

INGEST = Stage(
    "ingest-events",
    ingest_events,
    reads=(SUPPRESSIONS,),
    writes=(
        INGEST_BATCHES,
        EVENTS,
        QUARANTINED_EVENTS,
        ROW_ACCOUNTS,
        IDENTITY_LINKS,
        IDENTIFIERS,
        STREAM_TAGS,
        CONSENTS,
    ),
    records_start=False,
    reads_sources=True,
)
RESOLVE = Stage(
    "resolve-identities",
    resolve_identities,
    reads=(IDENTITY_LINKS, SUPPRESSIONS, EVENTS),
    writes=(IDENTITY_MAP, STREAM_OWNERS, PEOPLE, IDENTITY_CUTS),
)
SESSIONIZE = Stage(
    "build-sessions",
    build_sessions,
    reads=(EVENTS, CONSENTS, IDENTITY_LINKS),
    writes=(SESSIONS, STREAM_TAGS),
)
BUILD_FEATURES = Stage(
    "build-features",
    build_features,
    reads=(SESSIONS, IDENTITY_MAP, STREAM_OWNERS),
    writes=(FEATURES, RFM_SCORES, PERSON_LABELS, RUN_PARAMETERS),
)
FIT = Stage(
    "fit-clusters",
    fit_clusters,
    reads=(FEATURES,),
    writes=(CLUSTER_TRIALS, CLUSTER_MODELS, RUN_PARAMETERS),
)
TAKE_MODEL = Stage(
    "take-model",
    take_model,
    writes=(CLUSTER_MODELS, RUN_PARAMETERS),
)
ASSIGN = Stage(
    "assign-segments",
    assign_segments,
    reads=(FEATURES, CLUSTER_MODELS, RUN_PARAMETERS),
    writes=(
        SEGMENT_CHANGES,
        SEGMENT_PROFILES,
        SEGMENT_DEFINITIONS,
        SEGMENT_EVIDENCE,
        SEGMENT_SIZES,
        SEGMENT_MOVES,
        SEGMENT_OVERLAP,
        SEGMENT_COVERAGE,
        SEGMENT_SCORECARD,
    ),
)
BUILD_PATHS = Stage(
    "build-paths",
    build_paths,
    reads=(SESSIONS, SEGMENT_CHANGES),
    writes=(PATH_EDGES, PATH_POSITIONS, PATH_STEPS, PATH_PATTERNS, FUNNEL_STEPS, FUNNEL_WEEKS),
)
PUBLISH = Stage(
    "publish",
    partial(publish, assign=ASSIGN, after_erasure=(BUILD_FEATURES, ASSIGN, BUILD_PATHS)),
    reads=(ROW_ACCOUNTS, FEATURES, SEGMENT_CHANGES),
    writes=(RUNS, SEGMENT_MEMBERS),
)
STAGES = (INGEST, RESOLVE, SESSIONIZE, BUILD_FEATURES, FIT, ASSIGN, BUILD_PATHS, PUBLISH)
"""In the order of a run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        changed: whether anything was new.
        run_id: the run; if nothing was new, the earlier one.
        as_of: its date.
        status: PUBLISHED or BACKFILLED.
    """

    changed: bool
    run_id: str
    as_of: date
    status: str


def run_all(run: Run) -> Outcome:
    """Run all stages in order; if nothing is new since an ended run, change nothing.

    Raises:
        DesirelinesError: a stage cannot go on; nothing was published.
    """
    run.warehouse.check_writable()
    run = run.at(execute(INGEST, run).as_of)
    same = run_with_same_inputs(run)
    if same is not None:
        return Outcome(False, same.run_id, run.as_of, same.status)
    stages = [TAKE_MODEL if s is FIT and not run.refit else s for s in STAGES]
    for number, stage in enumerate(stages[1:], start=2):
        execute(stage, run, then=stages[number:])
    end = next(s for s in run.ledger.ended() if s.run_id == run.run_id)
    return Outcome(True, run.run_id, run.as_of, end.status)
