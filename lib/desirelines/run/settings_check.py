"""Check before the first stage the settings that only the machine can check.

These are secrets, expressions, time zones, holidays and MLflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec

from pyspark.errors import PySparkException
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from desirelines.characters import shown
from desirelines.errors import MachineError, SettingsError
from desirelines.events.instants import EPOCH_UNITS_US
from desirelines.io.secrets import read_secrets
from desirelines.io.sources.readers import mapped_paths
from desirelines.settings import Settings, json_path

FAR_OUT = 2
"""A position beyond the end of an empty text.

From there Spark compiles a regular expression but has nothing to match it against.
"""


def check_settings(
    spark: SparkSession, settings: Settings, *, on: date, fits: bool = False
) -> None:
    """Make sure that no stage will stop at a setting.

    `on` is the day around which holidays are looked up. `fits` says that the run fits models, which
    needs MLflow if tracking is on. No Spark job; no query either, where Spark has nothing to check.

    Raises:
        SettingsError: secrets, regular expressions, time patterns, time zones or holidays are
            invalid; all at once.
        MachineError: MLflow is needed but not installed.
    """
    mistakes = [*_secrets(settings), *judged(spark, settings, on=on)]
    if mistakes:
        raise SettingsError(mistakes)
    if fits and settings.tracking.enabled and find_spec("mlflow") is None:
        raise MachineError(
            "MLflow is not installed. Run pip install 'desirelines[mlflow]', or pass --set "
            "tracking.enabled=false."
        )


def judged(spark: SparkSession, settings: Settings, *, on: date) -> list[str]:
    """Mistakes that only Spark, Java and the list of holidays can find."""
    return [*judged_by_spark(spark, settings), *_holidays(settings, on)]


def judged_by_spark(spark: SparkSession, settings: Settings) -> list[str]:
    """Mistakes in Java regular expressions, time patterns and time zones.

    All are literals of one select over one row, so the optimiser evaluates them. A regular
    expression is only compiled, so none can run forever here. Only if that select fails is each
    tested alone.
    """
    tests = list(_tests_for_spark(settings))
    if not tests or _fits(spark, [column for _, _, column in tests]):
        return []
    return [f"{where}: {mistake}" for where, mistake, column in tests if not _fits(spark, [column])]


def _tests_for_spark(settings: Settings) -> Iterator[tuple[str, str, Column]]:
    """Place of each setting, the mistake if it is invalid, and a column that then fails."""
    for number, rule in enumerate(settings.sessions.step_rules):
        compiled = F.call_function(
            "regexp_replace", F.lit(""), F.lit(rule.pattern), F.lit(""), F.lit(FAR_OUT)
        )
        mistake = f"'{shown(rule.pattern)}' is not a Java regular expression, as Spark uses. Fix it"
        yield f"sessions.step_rules.{number}.pattern", mistake, compiled
    zones = {"site.time_zone": settings.site.time_zone}
    for number, source in enumerate(settings.sources):
        zones[f"sources.{number}.time_zone"] = source.time_zone
        for name in ("occurred_at", "sent_at", "received_at"):
            time = getattr(source.columns, name)
            if time is not None and time.pattern is not None and time.pattern not in EPOCH_UNITS_US:
                mistake = (
                    f"'{shown(time.pattern)}' is not a datetime pattern of Spark. "
                    "Fix it (spark.apache.org: Datetime patterns)"
                )
                parsed = F.try_to_timestamp(F.lit(""), F.lit(time.pattern))
                yield f"sources.{number}.columns.{name}.pattern", mistake, parsed
        for path in mapped_paths(source) if source.format == "json" else ():
            if any(quote in path for quote in "'\"\\"):
                mistake = (
                    f"the column '{shown(path)}' of source '{source.name}' cannot be reached in "
                    "JSON. Remove the quotes from its name"
                )
                value = F.try_variant_get(F.parse_json(F.lit("{}")), json_path(path), "string")
                yield f"sources.{number}", mistake, value
    for where, zone in zones.items():
        if zone != "UTC":
            mistake = f"Java does not know the time zone '{zone}'. Use another with the same offset"
            yield where, mistake, F.from_utc_timestamp(F.lit("2000-01-01").cast("timestamp"), zone)


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
        # Imported here because the package of holidays takes a while to import.
        from desirelines.features.occasions import check_holiday

        try:
            check_holiday(occasion, on)
        except SettingsError as error:
            yield from error.mistakes
