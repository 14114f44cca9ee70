"""Bots among the people: about one web event of a hundred.

Most announce themselves; some use the user agent of a browser.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from desirelines.synthetic.chance import one_of
from desirelines.synthetic.goods import CATEGORIES, TIERS
from desirelines.synthetic.mess import WEB_COLUMNS
from desirelines.synthetic.scope import DAY_MS, HOUR_MS, Scope, iso_ms

AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
KINDS = ("announced", "announced", "even", "announced", "announced", "fast")
"""Kind of a bot, by its number: it announces itself, clicks at even gaps, or clicks faster than a
person."""
RUNS = 4
CLICKS_A_RUN, GAP_MS = 30, 2_000
FAST_CLICKS_A_RUN, FAST_GAP_MS = 130, 400
PEOPLE_A_BOT = 100


def to_bots(spark: SparkSession, scope: Scope) -> DataFrame:
    """One row per bot: bot_no, anonymous_id, kind."""
    bots = spark.range(max(1, scope.people // PEOPLE_A_BOT)).withColumnRenamed("id", "bot_no")
    return bots.select(
        "bot_no",
        scope.chance.uuid("bot", F.col("bot_no")).alias("anonymous_id"),
        one_of(KINDS, (F.col("bot_no") % len(KINDS)).cast("int")).alias("kind"),
    )


def to_bot_events(spark: SparkSession, scope: Scope) -> DataFrame:
    """One row per bot click, in the columns of the web events with their `mess` and `skewed`."""
    runs = to_bots(spark, scope).withColumn("run", F.explode(F.sequence(F.lit(0), F.lit(RUNS - 1))))
    last = F.when(F.col("kind") == "fast", F.lit(FAST_CLICKS_A_RUN - 1)).otherwise(
        F.lit(CLICKS_A_RUN - 1)
    )
    clicks = runs.withColumn("place", F.explode(F.sequence(F.lit(0), last)))
    key = (F.col("bot_no"), F.col("run"), F.col("place"))
    category_no = scope.chance.whole(len(CATEGORIES), "bot category", *key)
    product_no = category_no * TIERS + scope.chance.whole(TIERS, "bot tier", *key)
    announced = one_of(AGENTS, scope.chance.whole(len(AGENTS), "bot agent", F.col("bot_no")))
    written = clicks.select(
        *key,
        "anonymous_id",
        F.concat(F.lit("p"), product_no.cast("string")).alias("product_id"),
        one_of(CATEGORIES, category_no).alias("category"),
        _true_ms(scope).alias("true_ms"),
        F.when(F.col("kind") == "announced", announced)
        .otherwise(F.lit(BROWSER))
        .alias("user_agent"),
    ).withColumns(
        {
            "event_id": scope.chance.uuid("bot click", *key),
            "event": F.lit("product_viewed"),
            "page": F.concat(F.lit("/product/"), F.col("product_id")),
            "platform": F.lit("web"),
            "device_at": iso_ms(F.col("true_ms")),
            "sent_at": iso_ms(F.col("true_ms") + 100),
            "received_at": iso_ms(F.col("true_ms") + 100),
            "mess": F.lit("bot"),
            "skewed": F.lit(False),
        }
    )
    absent = {
        name: F.lit(None).cast("string") for name in WEB_COLUMNS if name not in written.columns
    }
    return written.withColumns(absent).select(*WEB_COLUMNS, "mess", "skewed")


def _true_ms(scope: Scope) -> Column:
    """Runs start at 3 UTC on days of their own; the gaps of fast runs are uneven."""
    part = max(1, scope.days // RUNS)
    day = F.least(
        F.col("run") * part + scope.chance.whole(part, "bot day", F.col("bot_no"), F.col("run")),
        F.lit(scope.days - 1),
    )
    jitter = scope.chance.whole(
        FAST_GAP_MS, "bot gap", F.col("bot_no"), F.col("run"), F.col("place")
    )
    since = F.when(F.col("kind") == "fast", F.col("place") * FAST_GAP_MS + jitter).otherwise(
        F.col("place") * GAP_MS
    )
    return F.lit(scope.start_ms + 3 * HOUR_MS) + day.cast("long") * DAY_MS + since
