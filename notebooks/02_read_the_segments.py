# Databricks notebook source
# MAGIC %md
# MAGIC # Read the segment tables as a warehouse would
# MAGIC The tables are plain Delta, so every engine reads them. `deploy/warehouse` has the same
# MAGIC views as files for DuckDB, Trino, Spark and Databricks.

# COMMAND ----------

import os

import desirelines

try:  # a widget where the platform has them, else an environment variable
    dbutils.widgets.text("conf", "desirelines.yaml", "Configuration file")
    conf = dbutils.widgets.get("conf")
except NameError:
    conf = os.environ.get("DESIRELINES_CONF", "desirelines.yaml")
workspace = desirelines.open(conf)

# COMMAND ----------

# MAGIC %md ## Who is where now, and until when that counts as fresh

# COMMAND ----------

current = workspace.current_segments()
current.show(5, truncate=False)

# COMMAND ----------

# MAGIC %md ## In SQL: a table by its address

# COMMAND ----------

spark = current.sparkSession
sizes = spark.sql(f"""
    SELECT d.name, count(*) AS people
    FROM {workspace.address("segment_members")} m
    JOIN {workspace.address("segment_definitions")} d USING (segment_id)
    WHERE d.version = (SELECT max(version) FROM {workspace.address("segment_definitions")} x
                       WHERE x.segment_id = d.segment_id)
    GROUP BY d.name ORDER BY people DESC, d.name
""")
sizes.show(truncate=False)

# COMMAND ----------

# MAGIC %md ## The past: stays, from when until when
# MAGIC Days are half-open, `valid_from <= day < valid_to`: never ask with BETWEEN.

# COMMAND ----------

stays = workspace.segment_history()
stays.orderBy("person_id", "valid_from", "segment_id").show(10, truncate=False)

# COMMAND ----------

# MAGIC %md ## Members after each published run

# COMMAND ----------

published = workspace.table("runs").filter("status = 'PUBLISHED'").orderBy("recorded_at")
runs = [row["run_id"] for row in published.collect()]
for run_id in runs:
    print(run_id, workspace.members_at(run_id=run_id).count(), "memberships")

# COMMAND ----------

# MAGIC %md ## What changed between the two newest runs, and why

# COMMAND ----------


def shown(people):
    return "withheld" if people is None else f"{people:,}"


if len(runs) > 1:
    difference = workspace.diff()
    print(f"population stability index {difference.psi}, Rand index {difference.ari}")
    for cause in difference.causes:
        print(f"{cause.name}: {cause.change} by {cause.cause}: {shown(cause.people)}")

# COMMAND ----------

workspace.plot_moves()

# COMMAND ----------

# MAGIC %md ## Without Spark
# MAGIC On a local folder, `pip install deltalake duckdb` is enough.

# COMMAND ----------

import deltalake

place = workspace.address("segment_members").removeprefix("delta.`").removesuffix("`")
if place.startswith("/"):
    table = deltalake.DeltaTable(place)
    print(f"version {table.version()}: {table.to_pyarrow_table().num_rows} memberships")
