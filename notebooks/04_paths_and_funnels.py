# Databricks notebook source
# MAGIC %md
# MAGIC # Paths and funnels
# MAGIC How people move through their visits: where visits go, which step follows which, which
# MAGIC patterns come before an order, and where funnels lose people.

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

# MAGIC %md ## Where visits go, step by step
# MAGIC Percentages are of all visits. Those at a step are those that go on and those that end.

# COMMAND ----------

workspace.plot_flow()

# COMMAND ----------

workspace.plot_steps()

# COMMAND ----------

workspace.plot_hours()

# COMMAND ----------

# MAGIC %md ## One segment beside everybody

# COMMAND ----------

segments = workspace.segments().filter("people_count IS NOT NULL")
segment = segments.orderBy("people_count", ascending=False).first()["segment_id"]
workspace.plot_flow(segment)

# COMMAND ----------

workspace.plot_traits(segment)

# COMMAND ----------

# MAGIC %md ## The moves as a table
# MAGIC `out_share` is of all moves from a step, `transition_share` of all moves.

# COMMAND ----------

from pyspark.sql import functions as F

edges = workspace.of_newest_run("path_edges").filter("grain = 'session'")
edges.filter("segment_id = 'all'").orderBy(F.desc("transition_count")).select(
    "from_step", "to_step", "transition_count", "people_count", "out_share", "median_seconds"
).show(15, truncate=False)

# COMMAND ----------

# MAGIC %md ## Patterns: what often comes in this order

# COMMAND ----------

patterns = workspace.of_newest_run("path_patterns")
patterns.filter("segment_id = 'all'").orderBy(F.desc("path_count"), "pattern").show(15, truncate=60)

# COMMAND ----------

# MAGIC %md ## Funnels of the settings (`docs/patterns.md`)

# COMMAND ----------

workspace.plot_funnels()
