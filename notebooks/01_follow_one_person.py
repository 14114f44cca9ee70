# Databricks notebook source
# MAGIC %md
# MAGIC # Follow one person
# MAGIC From a segment to a member, to their features, to their sessions. Attach to a session that
# MAGIC has the tables of a warehouse; set `DESIRELINES_CONF` to the configuration (default:
# MAGIC `desirelines.yaml`).

# COMMAND ----------

import os
from pathlib import Path

from desirelines import tables
from desirelines.io.spark.session import spark_session
from desirelines.io.tables.store import Warehouse
from desirelines.settings import read_settings

spark, _ = spark_session()
settings = read_settings([Path(os.environ.get("DESIRELINES_CONF", "desirelines.yaml"))])
warehouse = Warehouse(spark, settings.warehouse)

# COMMAND ----------

# MAGIC %md ## The segments now

# COMMAND ----------

members = warehouse.read(tables.SEGMENT_MEMBERS)
sizes = members.groupBy("segment_id", "is_primary").count().orderBy("segment_id")
sizes.show(truncate=False)

# COMMAND ----------

# MAGIC %md ## One member and their features

# COMMAND ----------

person = members.filter("is_primary").orderBy("person_id").limit(1)
features = warehouse.read(tables.FEATURES).join(person.select("person_id"), "person_id")
features.show(vertical=True, truncate=False)

# COMMAND ----------

# MAGIC %md ## Their sessions, step by step

# COMMAND ----------

streams = (
    warehouse.read(tables.STREAM_OWNERS)
    .filter("to_run IS NULL")
    .join(person.select("person_id"), "person_id")
    .select("stream_id")
)
sessions = (
    warehouse.read(tables.SESSIONS)
    .join(streams, "stream_id")
    .select("started_at", "event_count", "steps")
    .orderBy("started_at")
)
sessions.show(truncate=80)
