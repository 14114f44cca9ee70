"""What of the settings only the machine can judge, judged before the first stage: secrets, expressions, zones, holidays, MLflow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec

from pyspark.errors import PySparkException
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from desirelines.characters import shown
from desirelines.errors import MachineError, SettingsError
from desirelines.events.raw_fields import EPOCH_UNITS_US
from desirelines.io.secrets import read_secrets
from desirelines.io.sources.readers import mapped_paths
from desirelines.settings import Settings, json_path

FAR_OUT = 2
"""A place beyond the end of an empty text: there Spark compiles a regular expression and tries it on nothing."""


def check_settings(
    spark: SparkSession, settings: Settings, *, on: date, fits: bool = False
) -> None:
    """Make sure that no stage will stop at a setting. No Spark job; no query either, where nothing is for Spark to judge.

    `on` is the day around which holidays are looked up; with `fits` MLflow will be needed, if tracking is on.

    Raises:
        SettingsError: secrets, regular expressions, patterns of times, zones or holidays that will not do, all at once.
        MachineError: MLflow is needed and not installed.
    """
    mistakes = [*_secrets(settings), *judged(spark, settings, on=on)]
    if mistakes:
        raise SettingsError(mistakes)
    if fits and settings.tracking.enabled and find_spec("mlflow") is None:
        raise MachineError(
            "MLflow is not installed: pip install 'desirelines[mlflow]', or --set tracking.enabled=false."
        )


def judged(spark: SparkSession, settings: Settings, *, on: date) -> list[str]:
    """Mistakes in what only Spark, Java and the list of holidays can judge."""
    return [*judged_by_spark(spark, settings), *_holidays(settings, on)]


def judged_by_spark(spark: SparkSession, settings: Settings) -> list[str]:
    """Mistakes in what Spark reads itself: Java's regular expressions, patterns of times, and zones, which Java may not know.

    All are literals of one select over one row, so the optimiser works them out; of a regular expression it is only asked whether
    it can be compiled, so none can run for ever here. Only where that fails is each asked alone.
    """
    asked = list(_for_spark(settings))
    if not asked or _fits(spark, [column for _, _, column in asked]):
        return []
    return [f"{where}: {what}" for where, what, column in asked if not _fits(spark, [column])]


def _for_spark(settings: Settings) -> Iterator[tuple[str, str, Column]]:
    for number, rule in enumerate(settings.sessions.step_rules):
        compiled = F.call_function(
            "regexp_replace", F.lit(""), F.lit(rule.pattern), F.lit(""), F.lit(FAR_OUT)
        )
        told = f"'{shown(rule.pattern)}' is no regular expression of Java's, which Spark takes. Mend it"
        yield f"sessions.step_rules.{number}.pattern", told, compiled
    zones = {"site.time_zone": settings.site.time_zone}
    for number, source in enumerate(settings.sources):
        zones[f"sources.{number}.time_zone"] = source.time_zone
        for name in ("occurred_at", "sent_at", "received_at"):
            time = getattr(source.columns, name)
            if time is not None and time.pattern is not None and time.pattern not in EPOCH_UNITS_US:
                told = f"'{shown(time.pattern)}' is no pattern of a time that Spark takes (spark.apache.org: Datetime patterns). Mend it"
                tried = F.try_to_timestamp(F.lit(""), F.lit(time.pattern))
                yield f"sources.{number}.columns.{name}.pattern", told, tried
        for path in mapped_paths(source) if source.format == "json" else ():
            if any(quote in path for quote in "'\"\\"):
                told = f"the column '{shown(path)}' of source '{source.name}' cannot be reached in JSON. Take the quotes out of its name"
                yield (
                    f"sources.{number}",
                    told,
                    F.try_variant_get(F.parse_json(F.lit("{}")), json_path(path), "string"),
                )
    for where, zone in zones.items():
        if zone != "UTC":
            told = f"Java does not know the time zone '{zone}'. Give another of the same offset"
            yield where, told, F.from_utc_timestamp(F.lit("2000-01-01").cast("timestamp"), zone)


def _fits(spark: SparkSession, columns: list[Column]) -> bool:
    try:
        spark.sql("SELECT 1").select(*(c.alias(f"c{n}") for n, c in enumerate(columns))).collect()
    except PySparkException:
        return False
    return True


def _secrets(settings: Settings) -> Iterator[str]:
    try:
        read_secrets(settings.secrets)
    except SettingsError as error:
        yield from error.mistakes


def _holidays(settings: Settings, on: date) -> Iterator[str]:
    for occasion in settings.features.occasions:
        if occasion.holiday is None:
            continue
        from desirelines.features.occasions import (
            check_holiday,
        )  # the package of holidays takes a while to import

        try:
            check_holiday(occasion, on)
        except SettingsError as error:
            yield from error.mistakes
