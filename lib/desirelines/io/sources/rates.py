"""Read the table of currency rates; refuse it as a whole when one line is invalid."""

from __future__ import annotations

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.errors import SourceError
from desirelines.io.sources.symlinks import check_links
from desirelines.io.spark.errors import kind_of
from desirelines.settings.model import Rates, Site
from desirelines.tables import RATE

COLUMNS = ("currency", "from_on", "rate")


def currency_rates(spark: SparkSession, site: Site) -> DataFrame | None:
    """The table of rates: currency, from_on, rate; None where no table is set."""
    return None if site.rates is None else _read(spark, site.rates)


def check_rates(spark: SparkSession, site: Site) -> None:
    """Refuse a rates table with an invalid line, or with two rates of one currency and day.

    Raises:
        SourceError: a line is not a rate, a currency and day has two, or the table cannot be read.
    """
    rates = site.rates
    if rates is None:
        return
    where = rates.table or rates.path
    check_links(rates.path, "site.rates")
    lines = _read(spark, rates)
    is_bad = (
        F.col("currency").isNull()
        | ~F.col("currency").rlike("^[A-Z]{3}$")
        | F.col("from_on").isNull()
    )
    is_bad = is_bad | F.coalesce(F.col("rate") <= 0, F.lit(True))
    counts = lines.agg(
        F.count("*").alias("n"),
        F.count_if(is_bad).alias("bad"),
        F.count_distinct("currency", "from_on").alias("once"),
    )
    try:
        row = counts.collect()[0]
    except (PySparkException, Py4JJavaError) as error:
        raise _unreadable(rates, error) from None
    if row["bad"]:
        raise SourceError(
            f"site.rates: {row['bad']:,} of {row['n']:,} lines of {where} are not rates: currency "
            "must be three letters, from_on a day, rate a number above 0. Nothing was read. Fix "
            "these lines."
        )
    if row["once"] < row["n"]:
        raise SourceError(
            f"site.rates: {where} has two rates of one currency and day. Nothing was read. Keep "
            "one of the two."
        )


def rates_digest(spark: SparkSession, site: Site) -> str | None:
    """Digest of the rates, independent of their order; None where no table is set."""
    if site.rates is None:
        return None
    line = F.xxhash64(F.col("currency"), F.col("from_on"), F.col("rate")).cast("decimal(38,0)")
    count, total = _read(spark, site.rates).agg(F.count("*"), F.sum(line)).collect()[0]
    return f"{count}:{total}"


def _read(spark: SparkSession, rates: Rates) -> DataFrame:
    where = rates.table or rates.path or ""
    try:
        if rates.table is not None:
            lines = spark.read.table(rates.table)
        else:
            options = {"header": "true"} if rates.format == "csv" else {}
            lines = spark.read.format(rates.format).options(**options).load(rates.path)
    except (PySparkException, Py4JJavaError) as error:
        raise _unreadable(rates, error) from None
    absent = [c for c in COLUMNS if c not in lines.columns]
    if absent:
        raise SourceError(
            f"site.rates: {where} has no {', '.join(absent)}. It has: {', '.join(lines.columns)}."
        )
    return lines.select(
        F.upper(F.trim(F.col("currency").cast("string"))).alias("currency"),
        F.trim(F.col("from_on").cast("string")).try_cast("date").alias("from_on"),
        F.trim(F.col("rate").cast("string")).try_cast(RATE).alias("rate"),
    )


def _unreadable(rates: Rates, error: Exception) -> SourceError:
    where = rates.table or rates.path
    return SourceError(
        f"site.rates: {where} cannot be read as {rates.format} ({kind_of(error)}). Nothing was "
        "read. Fix `format` or `path`, or deliver the file again."
    )
