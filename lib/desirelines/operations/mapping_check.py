"""Whether a mapping fits its source: what the first rows would become, and what matches none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.columns.keys import secret_pads
from desirelines.errors import GateError
from desirelines.events.currency import with_reporting_currency
from desirelines.events.fates import with_fates
from desirelines.events.mapping_matches import (
    FILLED,
    names_that_come,
    nothing_matches,
    parts_that_match,
    paths_with_values,
)
from desirelines.events.parse import to_mapped_events
from desirelines.events.raw_fields import RawRows
from desirelines.io.sources.inspect import sample, with_whole_names
from desirelines.io.sources.rates import currency_rates
from desirelines.io.spark.errors import error_of_rows
from desirelines.io.tables.store import Warehouse
from desirelines.operations.deep_check import Note
from desirelines.settings import Settings, Source, TimeColumn

SAMPLE_ROWS = 1_000
WORST_SHARE = 0.5
"""A mapping that sends more than this share of the sample to quarantine does not fit its data."""
WORTH_A_LOOK = 0.05
"""If more than this share of the sample would not be used, somebody should look."""


@dataclass(frozen=True, slots=True)
class SampleOutcome:
    """What a run would make of a source's first rows.

    Attributes:
        rows: number of them.
        fates: rows by fate.
        reasons: quarantined rows by reason; a row may have several.
        matches: for each part of the mapping, whether it matched in some row.
    """

    rows: int
    fates: dict[str, int]
    reasons: dict[str, int]
    matches: dict[str, bool]

    @property
    def unused(self) -> int:
        """Rows that would not become events."""
        return self.rows - self.fates.get("used", 0) - self.fates.get("unchanged", 0)


def sample_outcome(warehouse: Warehouse, settings: Settings, source: Source) -> SampleOutcome:
    """Judge the first rows of a source as a run would, without the tables."""
    spark = warehouse.spark
    raw = sample(spark, source, SAMPLE_ROWS)
    if source.format != "json":
        source = with_whole_names(source, raw.select("row.*").columns)
    pads = secret_pads(spark, b"only for a look: keys made with this are thrown away")
    mapped = to_mapped_events(raw, pads, source, settings, read_at=datetime.now(UTC))
    mapped = with_reporting_currency(mapped, currency_rates(spark, settings.site), settings.site)
    rows = with_fates(mapped.withColumn("is_suppressed", F.lit(False)), source, None)
    paths = paths_with_values(source)
    groups = (
        rows.groupBy("fate", "reasons")
        .agg(
            F.count("*").alias("n"),
            F.array(*paths.values()).alias("has_value"),
            names_that_come(source).alias("names"),
        )
        .collect()
    )
    fates, reasons = dict[str, int](), dict[str, int]()
    for group in groups:
        fates[group["fate"]] = fates.get(group["fate"], 0) + group["n"]
        for reason in group["reasons"] if group["fate"] == "quarantined" else ():
            reasons[reason] = reasons.get(reason, 0) + group["n"]
    matches = parts_that_match(source, [(g["has_value"], g["names"]) for g in groups])
    return SampleOutcome(
        sum(fates.values()), fates, reasons, matches | _matches_of_raw_rows(raw, source)
    )


def _matches_of_raw_rows(raw: DataFrame, source: Source) -> dict[str, bool]:
    """Whether values that mapped rows do not show are in some raw row."""
    rows = RawRows(raw, source)
    present = {}
    for place in FILLED:
        value = source.values.get(place)
        if isinstance(value, TimeColumn):
            present[place] = rows.is_written(value)
        elif value is not None and value.value is None and value.sql is None:
            present[place] = rows.text(value).isNotNull()
    if not present:
        return {}
    row = rows.rows.agg(*(F.bool_or(is_there).alias(part) for part, is_there in present.items()))
    return {part: bool(value) for part, value in row.collect()[0].asDict().items()}


def mapping_fit(warehouse: Warehouse, settings: Settings, source: Source) -> str:
    """Say how many of a source's first rows would be used, and what somebody should look at.

    Raises:
        GateError: most of them would go to quarantine.
    """
    try:
        outcome = sample_outcome(warehouse, settings, source)
    except (PySparkException, Py4JJavaError) as error:
        has_expressions = bool(source.expressions)
        raise error_of_rows(error, source.name, has_expressions=has_expressions) from None
    used = outcome.fates.get("used", 0)
    quarantined = outcome.fates.get("quarantined", 0)
    message = f"of the first {outcome.rows:,} rows {used:,} would be used{_losses(outcome)}"
    never = nothing_matches(source, outcome.matches) if outcome.rows else ""
    if never:
        message += f"; {never}"
    if quarantined > WORST_SHARE * outcome.rows:
        raise GateError(
            f"the mapping does not fit the data: {message}. "
            f"To mend it: {'; '.join(_remedies(outcome, source))}."
        )
    unused = outcome.unused
    if unused > WORTH_A_LOOK * outcome.rows:
        share = f"{unused / outcome.rows:.0%} of the rows would not be used"
        return Note(f"{message}. {share}: {'; '.join(_remedies(outcome, source))}")
    return Note(message) if never else message


def _losses(outcome: SampleOutcome) -> str:
    """Rows by fate that would not be used, those in quarantine by reason."""
    by_number = sorted(outcome.reasons.items(), key=lambda item: (-item[1], item[0]))
    losses = {"quarantined": ", ".join(f"{n:,} {reason}" for reason, n in by_number)}
    losses |= {
        fate: f"{n:,}" for fate, n in sorted(outcome.fates.items()) if fate not in ("used", *losses)
    }
    return "".join(f"; {fate}: {text}" for fate, text in losses.items() if text)


def _remedies(outcome: SampleOutcome, source: Source) -> list[str]:
    """What would mend the losses, one text for each cause."""
    told = {
        "occurred_at: before": "lower ingest.floor_date if such old rows are right",
        "occurred_at: in the future": "fix the pattern or time_zone, or raise "
        "ingest.future_minutes",
        "occurred_at: not a time": "fix the column or the pattern of columns.occurred_at",
        "currency: no rate": "give the rates of that currency in site.rates",
        "stream: no identifier": "name a further type in `stream`, or leave such rows out "
        "(identity.junk_values says which values identify nobody)",
    }
    remedies = [
        remedy
        for beginning, remedy in told.items()
        if any(reason.startswith(beginning) for reason in outcome.reasons)
    ]
    if any(not reason.startswith(tuple(told)) for reason in outcome.reasons):
        remedies.append("fix the columns that the reasons name")
    if "late" in outcome.fates:
        remedies.append("raise ingest.late_days, or leave columns.received_at out")
    if outcome.fates.keys() & {"duplicate", "conflict"}:
        remedies.append(
            "if equal rows are separate events, set identity: occurrence"
            if source.identity == "content"
            else "if rows with one id are separate events, map another event_id"
        )
    return remedies
