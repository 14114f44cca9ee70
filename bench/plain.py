"""`python -m bench.plain WORLD OUT`: what an engineer would write in an afternoon.

The yardstick of `python -m bench.whole`. It drops copies, ties each cookie to its last login, cuts
sessions by windows, counts transitions, makes sixteen features a person, and fits k-means for every
k by silhouette. Six Delta tables, all written anew each time. It accounts for no row, keeps no
history, erases nobody and explains nothing.
"""

from __future__ import annotations

import sys

from pyspark.ml import Pipeline
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from desirelines.io.spark.session import spark_session

GAP_SECONDS, GROUPS = 30 * 60, range(2, 13)


def main(world: str, out: str) -> None:
    """From the raw tables to six tables of events, people, sessions, transitions and clusters."""
    spark, _ = spark_session()
    events = to_events(spark, world).dropDuplicates(["event_id"]).cache()
    logins = events.filter("user_id IS NOT NULL AND cookie IS NOT NULL").groupBy("cookie")
    people = logins.agg(F.max_by("user_id", "at").alias("person_id")).cache()
    known = events.join(people, "cookie", "left").withColumn(
        "person_id", F.coalesce("person_id", "user_id", "email", "cookie")
    )
    clicks = with_session_number(known.filter("person_id IS NOT NULL")).cache()
    sessions = clicks.groupBy("person_id", "session").agg(
        F.min("at").alias("started_at"), F.max("at").alias("ended_at"),
        F.count("*").alias("clicks"), F.sum("amount").alias("amount"),
        F.array_sort(F.collect_list(F.struct("at", "event"))).alias("steps"),
    ).cache()  # fmt: skip
    steps = sessions.select("person_id", F.transform("steps", lambda s: s["event"]).alias("steps"))
    pairs = steps.select("person_id", F.explode(F.arrays_zip(
        F.slice("steps", 1, F.size("steps") - 1).alias("a"), F.slice("steps", 2, 9999).alias("b"),
    )).alias("pair"))  # fmt: skip
    transitions = pairs.groupBy("pair.a", "pair.b").agg(
        F.count("*").alias("n"), F.count_distinct("person_id").alias("people")
    )
    features = to_features(sessions, clicks).cache()
    clustered = to_clusters(features)
    tables = {
        "events": events, "people": people, "sessions": sessions, "transitions": transitions,
        "features": features, "clusters": clustered,
    }  # fmt: skip
    for name, rows in tables.items():
        rows.write.format("delta").mode("overwrite").save(f"{out}/{name}")
    print({name: rows.count() for name, rows in tables.items()})


def to_events(spark: SparkSession, world: str) -> DataFrame:
    """The four raw tables in one shape."""

    def rows(name: str, **columns: str) -> DataFrame:
        wanted = ("event_id", "cookie", "user_id", "email", "at", "event", "category", "amount")
        raw = spark.read.format("delta").load(f"{world}/{name}")
        return raw.select(*(F.expr(columns.get(c, "NULL")).cast("string").alias(c) for c in wanted))

    raw = (
        rows("web_events", event_id="event_id", cookie="anonymous_id", user_id="user_id",
             email="email", at="device_at", event="event", category="category"),
        rows("orders", event_id="order_id || '/' || line_no", user_id="customer_id",
             at="ordered_at", event="status", category="category",
             amount="try_cast(quantity AS double) * try_cast(unit_price AS double)"),
        rows("email_events", event_id="event_id", email="email", at="occurred_at", event="event"),
        rows("support", event_id="ticket_id", user_id="customer_id", at="opened_at", event="kind"),
    )  # fmt: skip
    union = raw[0].union(raw[1]).union(raw[2]).union(raw[3])
    at, amount = F.expr("try_cast(at AS timestamp)"), F.col("amount").cast("double")
    return union.withColumns({"at": at, "amount": amount}).filter("at IS NOT NULL")


def with_session_number(clicks: DataFrame) -> DataFrame:
    """Add the number of the session among the person's: a new one after half an hour."""
    in_time = Window.partitionBy("person_id").orderBy("at", "event_id")
    gap = F.unix_timestamp("at") - F.unix_timestamp(F.lag("at").over(in_time))
    is_new = F.coalesce((gap > GAP_SECONDS).cast("int"), F.lit(1))
    return clicks.withColumn("_new", is_new).withColumn("session", F.sum("_new").over(in_time))


def to_features(sessions: DataFrame, clicks: DataFrame) -> DataFrame:
    """Sixteen features a person."""
    seconds = F.unix_timestamp("ended_at") - F.unix_timestamp("started_at")
    day, hour = F.to_date("started_at"), F.hour("started_at")
    by_session = sessions.groupBy("person_id").agg(
        F.count("*").alias("sessions"), F.sum("clicks").alias("clicks"),
        F.avg("clicks").alias("clicks_a_session"), F.avg(seconds).alias("seconds"),
        F.count_distinct(day).alias("days"), F.sum("amount").alias("spent"),
        F.count_if(F.col("amount") > 0).alias("orders"), F.avg("amount").alias("order_value"),
        F.datediff(F.max("started_at"), F.min("started_at")).alias("span_days"),
        F.unix_timestamp(F.max("started_at")).alias("last_seen"),
        F.avg((hour >= 18).cast("int")).alias("evenings"),
        F.avg((hour < 12).cast("int")).alias("mornings"),
        F.avg(F.dayofweek("started_at").isin(1, 7).cast("int")).alias("weekends"),
    )  # fmt: skip
    by_click = clicks.groupBy("person_id").agg(
        F.count_distinct("category").alias("categories"),
        F.count_distinct("event").alias("kinds"),
        F.count_if(F.col("event") == "search").alias("searches"),
    )
    return by_session.join(by_click, "person_id").fillna(0)


def to_clusters(features: DataFrame) -> DataFrame:
    """The clusters of the best k by silhouette: person_id, prediction."""
    columns = [c for c in features.columns if c != "person_id"]
    prepare = Pipeline(stages=[
        VectorAssembler(inputCols=columns, outputCol="raw"),
        StandardScaler(inputCol="raw", outputCol="features", withMean=True),
    ])  # fmt: skip
    prepared = prepare.fit(features).transform(features).select("person_id", "features").cache()
    scores, judge = {}, ClusteringEvaluator()
    for k in GROUPS:
        clustered = KMeans(k=k, seed=7).fit(prepared).transform(prepared)
        scores[judge.evaluate(clustered)] = clustered
    return scores[max(scores)].select("person_id", "prediction")


if __name__ == "__main__":
    main(*sys.argv[1:])
