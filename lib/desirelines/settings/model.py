"""Every setting with its default and unit. `conf/base.yaml` shows them all with comments."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from desirelines.catalogue import FEATURES, Family
from desirelines.characters import shown
from desirelines.errors import did_you_mean
from desirelines.settings.erasure import Erasure, is_inside
from desirelines.settings.features import Day, Features
from desirelines.settings.identity import Identity
from desirelines.settings.paths import Paths
from desirelines.settings.publication import Publish
from desirelines.settings.rfm import Rfm
from desirelines.settings.rule_meaning import Vocabulary
from desirelines.settings.segment_rules import Rule, read_rules, vocabulary_of
from desirelines.settings.segments import (
    Evidence,
    Segments,
    apart_rule,
    check_rules,
    numbers_of_rules,
    own_features,
)
from desirelines.settings.sessions import Sessions
from desirelines.settings.source import Source
from desirelines.settings.strict import Name, Place, Strict, TableName
from desirelines.settings.tracking import Lineage, Tracking
from desirelines.settings.validators import (
    known_currency,
    known_master,
    known_size,
    known_zone,
)

Share = Annotated[float, Field(ge=0, le=1)]
Identifier = Annotated[str, Field(pattern=r"^[\w-]+$", max_length=255)]
"""Name of a catalog or schema."""
Clustered = Annotated[int, Field(ge=2, le=1_000)]
Period = Literal["day", "week", "month"]
"""A unit of time by which the rows of events and sessions are filed."""


class Warehouse(Strict):
    """Where the tables are, in a folder or in a catalog and schema, and how their files are cut.

    `period` is chosen by the events a day of the first batches unless it is given; a warehouse
    keeps the one that it was created with.
    """

    path: Place = "warehouse"
    catalog: Identifier | None = None
    schema_: Annotated[Identifier | None, Field(alias="schema")] = None
    buckets: Annotated[int, Field(gt=0, le=65_536)] = 64
    period: Literal["auto"] | Period = "auto"

    @model_validator(mode="after")
    def _both_or_none(self) -> Warehouse:
        if (self.catalog is None) != (self.schema_ is None):
            raise ValueError("catalog and schema go together")
        return self


class Secrets(Strict):
    """Files with the two secrets, readable by their owner only."""

    data_file: Place = "secrets/data.secret"
    suppression_file: Place = "secrets/suppression.secret"


class Rates(Strict):
    """A table of currency rates: currency, from_on, rate (reporting currency for one unit)."""

    path: Place | None = None
    table: TableName | None = None
    format: Literal["csv", "delta", "parquet"] = "csv"
    carry_days: PositiveInt = 4

    @model_validator(mode="after")
    def _is_one_place(self) -> Rates:
        if (self.path is None) == (self.table is None):
            raise ValueError("give exactly one of path, table")
        return self


class Site(Strict):
    """Time zone and reporting currency of the site."""

    time_zone: Annotated[str, BeforeValidator(known_zone)] = "UTC"
    currency: Annotated[str, BeforeValidator(known_currency)] = "EUR"
    rates: Rates | None = None


class Ingest(Strict):
    """Which rows are accepted."""

    late_days: PositiveFloat = 7
    future_minutes: PositiveFloat = 60
    clock_minutes: PositiveFloat = 30
    floor_date: Day = date(2000, 1, 1)
    most_gap_days: PositiveInt = 30
    quarantine_keep_days: PositiveInt = 7
    quarantine_raw: Literal["masked", "full"] = "masked"
    max_files_per_batch: PositiveInt = 1000
    sources_at_once: Annotated[int, Field(gt=0, le=64)] = 8


class Consent(Strict):
    """The purpose, and what holds for people who stated nothing."""

    purpose: Name = "analytics"
    unknown: Literal["auto", "granted", "refused"] = "auto"


class Bots(Strict):
    """How bots are recognised and left out."""

    leave_out: bool = True
    most_share: Share = 0.5
    rate_clicks: Annotated[int, Field(ge=2)] = 100
    rate_seconds: PositiveFloat = 60
    even_gaps: Annotated[int, Field(ge=2)] = 20


class Clusters(Strict):
    """How clusters are searched for."""

    algorithm: Literal["kmeans", "bisecting_kmeans", "any"] = "kmeans"
    fit: Literal["scans", "mllib"] = "scans"
    k: Clustered | None = None
    k_min: Clustered = 2
    k_max: Clustered = 12
    smallest_share: Share = 0.01
    least_stability: Share = 0.6
    family_weights: dict[Family, Annotated[float, Field(ge=0)]] = {}  # noqa: RUF012 – pydantic copies it
    least_active_days: Annotated[int, Field(ge=0)] = 1
    seed: int = 7
    restarts: PositiveInt = 3
    max_iterations: PositiveInt = 50
    sample_people: PositiveInt = 20_000
    same_overlap: Share = 0.5

    @model_validator(mode="after")
    def _range(self) -> Clusters:
        if self.k_min > self.k_max:
            raise ValueError(f"k_min ({self.k_min}) is above k_max ({self.k_max})")
        return self


class Spark(Strict):
    """The embedded local session; an existing session keeps its own settings."""

    master: Annotated[str, AfterValidator(known_master)] = "local[*]"
    driver_memory: Annotated[str, BeforeValidator(known_size)] = "4g"
    shuffle_partitions: Annotated[int, Field(gt=0, le=100_000)] = 8


class Report(Strict):
    """Where the report is written, and the size of its pictures."""

    path: Place = "report.html"
    top_paths: PositiveInt = 5
    top_steps: Annotated[int, Field(ge=3, le=30)] = 8
    flow_places: Annotated[int, Field(ge=2, le=10)] = 5
    flow_steps: Annotated[int, Field(ge=1, le=7)] = 5
    outbound_steps: bool = False


NOT_CONTENT = ("secrets", "spark", "report", "publish", "erasure", "lineage")
"""Groups of settings that do not decide what tables hold."""


class Settings(Strict):
    """All settings of a run."""

    warehouse: Warehouse = Warehouse()
    secrets: Secrets = Secrets()
    site: Site = Site()
    sources: tuple[Source, ...] = ()
    ingest: Ingest = Ingest()
    identity: Identity = Identity()
    consent: Consent = Consent()
    bots: Bots = Bots()
    sessions: Sessions = Sessions()
    paths: Paths = Paths()
    features: Features = Features()
    rfm: Rfm = Rfm()
    clusters: Clusters = Clusters()
    segments: Segments = Segments()
    evidence: Evidence = Evidence()
    publish: Publish = Publish()
    erasure: Erasure = Erasure()
    tracking: Tracking = Tracking()
    lineage: Lineage = Lineage()
    spark: Spark = Spark()
    report: Report = Report()

    @model_validator(mode="after")
    def _inbox_is_outside(self) -> Settings:
        folder = self.warehouse.path if self.warehouse.catalog is None else ""
        if folder and is_inside(self.erasure.inbox, folder):
            raise ValueError(
                "erasure.inbox is in the warehouse's folder, where a scan would find what open "
                "requests name. Give a folder elsewhere"
            )
        return self

    @model_validator(mode="after")
    def _names_once(self) -> Settings:
        names = [s.name for s in self.sources]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"two sources are named {twice[0]}")
        purpose = self.consent.purpose
        if any(purpose in source.consents for source in self.sources):
            raise ValueError(
                f"consents: '{purpose}' is the purpose of these tables (consent.purpose): map its "
                "statement as `consent` under `columns`"
            )
        return self

    @model_validator(mode="after")
    def _words_of_features(self) -> Settings:
        features = [*(f.name for f in FEATURES), *own_features(self.features)]
        for name in self.segments.words:
            if name not in features and " -> " not in name:
                raise ValueError(
                    f"segments.words: no feature is named '{shown(name)}'"
                    f"{did_you_mean(name, features)}"
                )
        return self

    @model_validator(mode="after")
    def _rules_can_be_read(self) -> Settings:
        check_rules(self.segments, self._vocabulary)
        return self

    @property
    def _vocabulary(self) -> Vocabulary:
        return vocabulary_of(
            self.segments.rules,
            own_features(self.features),
            numbers_of_rules(self.segments, self.clusters.least_active_days),
            self.paths.funnel_lengths,
            self.purposes,
        )

    @property
    def purposes(self) -> frozenset[str]:
        """The purposes of consent: that of the tables, and those that sources map beside it."""
        return frozenset([self.consent.purpose]).union(*(s.consents for s in self.sources))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rule segments, each after those that it refers to."""
        return read_rules(self.segments.rules, self._vocabulary)[0]

    @property
    def apart_rule(self) -> Rule:
        """The rule of people with too little data, whose main segment it is."""
        return apart_rule(self.segments, self.clusters.least_active_days)

    @property
    def content(self) -> dict[str, Any]:
        """What decides the content of tables, as JSON takes it: without paths and speed."""
        return self.model_dump(
            mode="json",
            exclude={
                "warehouse": {"path", "catalog", "schema_", "period"},
                **dict.fromkeys(NOT_CONTENT, True),
                "sources": {"__all__": {"path", "table"}},
            },
        )

    @property
    def hash(self) -> str:
        """SHA-256 of the settings that decide the content of tables."""
        return hash_of(self.content)


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of the `content` of settings."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
