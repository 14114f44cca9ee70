"""The contract of every table: what one row is, its key and the meaning of each column.

The contracts are data, written once. Table and column comments, `docs/tables.md`, the checks
before a write, `desirelines check` and erasure read them. A table without an entry here cannot be
written.
"""

from __future__ import annotations

from desirelines.catalogue.kinds import TOO_LITTLE_DATA
from desirelines.tables.cohorts import COHORT_MEMBERS, SEGMENT_COHORTS
from desirelines.tables.contract import (
    EVERYBODY,
    FATES,
    MONEY,
    ONE_GROUP,
    RATE,
    SMALL_GROUP,
    Column,
    Table,
    View,
)
from desirelines.tables.events import (
    EVENTS,
    INGEST_BATCHES,
    QUARANTINED_EVENTS,
    ROW_ACCOUNTS,
    STREAM_TAGS,
)
from desirelines.tables.features import FEATURES, PERSON_LABELS, RFM_SCORES
from desirelines.tables.identities import (
    IDENTIFIERS,
    IDENTITY_CUTS,
    IDENTITY_LINKS,
    IDENTITY_MAP,
    PEOPLE,
    STREAM_OWNERS,
)
from desirelines.tables.membership_views import (
    CURRENT_SEGMENTS,
    NET_CHANGES,
    PUBLISHED_CHANGES,
    SEGMENT_HISTORY,
)
from desirelines.tables.models import CLUSTER_MODELS, CLUSTER_TRIALS, RUN_PARAMETERS
from desirelines.tables.paths import (
    FUNNEL_STEPS,
    FUNNEL_WEEKS,
    PATH_EDGES,
    PATH_PATTERNS,
    PATH_POSITIONS,
    PATH_STEPS,
)
from desirelines.tables.privacy import (
    CONSENTS,
    ERASURE_RECEIPTS,
    ERASURE_REQUESTS,
    SUPPRESSIONS,
)
from desirelines.tables.runs import RUN_METRICS, RUNS, WAREHOUSE_FACTS
from desirelines.tables.segments import (
    SEGMENT_CHANGES,
    SEGMENT_COVERAGE,
    SEGMENT_DEFINITIONS,
    SEGMENT_EVIDENCE,
    SEGMENT_MEMBERS,
    SEGMENT_MOVES,
    SEGMENT_OVERLAP,
    SEGMENT_PROFILES,
    SEGMENT_REMOVALS,
    SEGMENT_SCORECARD,
    SEGMENT_SIZES,
)
from desirelines.tables.sessions import SESSIONS

ALL: tuple[Table, ...] = (
    EVENTS, INGEST_BATCHES, QUARANTINED_EVENTS, ROW_ACCOUNTS, STREAM_TAGS,
    IDENTITY_LINKS, IDENTIFIERS, IDENTITY_CUTS, IDENTITY_MAP, STREAM_OWNERS, PEOPLE,
    CONSENTS, SUPPRESSIONS, SESSIONS, FEATURES, RFM_SCORES, PERSON_LABELS,
    RUN_PARAMETERS, CLUSTER_TRIALS, CLUSTER_MODELS,
    SEGMENT_DEFINITIONS, SEGMENT_MEMBERS, SEGMENT_CHANGES, SEGMENT_EVIDENCE,
    SEGMENT_PROFILES, SEGMENT_SIZES, SEGMENT_MOVES, SEGMENT_REMOVALS,
    SEGMENT_OVERLAP, SEGMENT_COVERAGE, SEGMENT_SCORECARD,
    SEGMENT_COHORTS, COHORT_MEMBERS,
    PATH_EDGES, PATH_POSITIONS, PATH_STEPS, PATH_PATTERNS, FUNNEL_STEPS, FUNNEL_WEEKS,
    ERASURE_REQUESTS, ERASURE_RECEIPTS,
    RUNS, WAREHOUSE_FACTS,
)  # fmt: skip

VIEWS: tuple[View, ...] = (CURRENT_SEGMENTS, PUBLISHED_CHANGES, SEGMENT_HISTORY, RUN_METRICS)
"""The views that warehouses and notebooks have."""

__all__ = [
    "ALL",
    "CLUSTER_MODELS",
    "CLUSTER_TRIALS",
    "COHORT_MEMBERS",
    "CONSENTS",
    "CURRENT_SEGMENTS",
    "ERASURE_RECEIPTS",
    "ERASURE_REQUESTS",
    "EVENTS",
    "EVERYBODY",
    "FATES",
    "FEATURES",
    "FUNNEL_STEPS",
    "FUNNEL_WEEKS",
    "IDENTIFIERS",
    "IDENTITY_CUTS",
    "IDENTITY_LINKS",
    "IDENTITY_MAP",
    "INGEST_BATCHES",
    "MONEY",
    "NET_CHANGES",
    "ONE_GROUP",
    "PATH_EDGES",
    "PATH_PATTERNS",
    "PATH_POSITIONS",
    "PATH_STEPS",
    "PEOPLE",
    "PERSON_LABELS",
    "PUBLISHED_CHANGES",
    "QUARANTINED_EVENTS",
    "RATE",
    "RFM_SCORES",
    "ROW_ACCOUNTS",
    "RUNS",
    "RUN_METRICS",
    "RUN_PARAMETERS",
    "SEGMENT_CHANGES",
    "SEGMENT_COHORTS",
    "SEGMENT_COVERAGE",
    "SEGMENT_DEFINITIONS",
    "SEGMENT_EVIDENCE",
    "SEGMENT_HISTORY",
    "SEGMENT_MEMBERS",
    "SEGMENT_MOVES",
    "SEGMENT_OVERLAP",
    "SEGMENT_PROFILES",
    "SEGMENT_REMOVALS",
    "SEGMENT_SCORECARD",
    "SEGMENT_SIZES",
    "SESSIONS",
    "SMALL_GROUP",
    "STREAM_OWNERS",
    "STREAM_TAGS",
    "SUPPRESSIONS",
    "TOO_LITTLE_DATA",
    "VIEWS",
    "WAREHOUSE_FACTS",
    "Column",
    "Table",
    "View",
]
