# Databricks notebook source
# MAGIC %md
# MAGIC # A feature and a rule of your own
# MAGIC Try a definition on what was published, and look at its numbers, before it goes into the
# MAGIC settings. Nothing is written.

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

# MAGIC %md ## A feature: an aggregate over sessions or events
# MAGIC `docs/expressions.md` says what `where` and `of` may hold.

# COMMAND ----------

feature = {
    "name": "late_visits",
    "meaning": "visits that begin after 18:00 UTC",
    "unit": "visits",
    "aggregate": "count",
    "where": "is_visit AND hour(started_at) >= 18",
    "window_days": 90,
}
values = workspace.preview_feature(feature)
values.summary("count", "mean", "25%", "50%", "75%", "max").show()

# COMMAND ----------

# MAGIC %md ## How it differs by group

# COMMAND ----------

from pyspark.sql import functions as F

main = workspace.members().filter("is_primary").select("person_id", "segment_id")
by_group = (
    values.join(main, "person_id")
    .groupBy("segment_id")
    .agg(F.count("*").alias("people"), F.avg("late_visits").alias("mean"))
)
by_group.filter("people >= 10").orderBy("segment_id").show(truncate=False)

# COMMAND ----------

# MAGIC %md ## A rule (`docs/rules.md`)
# MAGIC In a file, so that the same text goes into the settings.

# COMMAND ----------

import tempfile
from pathlib import Path

rule = Path(tempfile.mkdtemp()) / "regular_visitors.yaml"
rule.write_text("""
segment: regular_visitors
name: Regular visitors
when:
  all:
    - at least 3 visits in 30 days
    - not: no product_view in 14 days
""")


def shown(people):
    return "withheld" if people is None else f"{people:,}"


previews = workspace.preview(rule)
for one in previews:
    print(f"{one.name}: {shown(one.people)} of {one.of_people} people as of {one.as_of}")
    for node in one.nodes:
        print(f"  {node.condition}: {shown(node.people)}")
    for overlap in one.overlaps:
        print(f"  in common with {overlap.name}: {shown(overlap.people)}")

# COMMAND ----------

# MAGIC %md ## Keep them
# MAGIC Both go into the configuration: the next run computes the feature, and publishes the
# MAGIC segment.
# MAGIC
# MAGIC ```yaml
# MAGIC features:
# MAGIC   own:
# MAGIC     - name: late_visits
# MAGIC       meaning: visits that begin after 18:00 UTC
# MAGIC       unit: visits
# MAGIC       aggregate: count
# MAGIC       where: is_visit AND hour(started_at) >= 18
# MAGIC       window_days: 90
# MAGIC segments:
# MAGIC   rules: [regular_visitors.yaml]
# MAGIC ```
