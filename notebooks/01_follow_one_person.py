# Databricks notebook source
# MAGIC %md
# MAGIC # Follow one person
# MAGIC From a segment to a member of it, to their raw events, sessions, features, and the reasons
# MAGIC of their membership. People appear by their pseudonym only: no table holds a raw identifier
# MAGIC that a mapping does not ask to keep.

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

# MAGIC %md ## The segments now

# COMMAND ----------

workspace.segments().show(truncate=False)

# COMMAND ----------

# MAGIC %md ## One member, and the events that came in of them
# MAGIC An event belongs to a stream: what one cookie, device or login did. `stream_owners` says
# MAGIC whose it is.

# COMMAND ----------

from pyspark.sql import functions as F

members = workspace.members().filter("is_primary").orderBy("person_id")
person = members.first()["person_id"]

owned = (
    workspace.table("stream_owners").filter("to_run IS NULL").filter(F.col("person_id") == person)
)
events = (
    workspace.table("events")
    .join(owned.select("stream_id").distinct(), "stream_id", "left_semi")
    .select("occurred_at", "source", "event_name", "kind", "page", "amount")
    .orderBy("occurred_at")
)
events.show(20, truncate=60)

# COMMAND ----------

# MAGIC %md ## Why these events are theirs

# COMMAND ----------

reasons = workspace.why(person)
for identifier in reasons.identifiers:
    print(f"{identifier.type} {identifier.key[:8]}…, first seen {identifier.first_seen_at}")
    print(f"  {identifier.rule}")

# COMMAND ----------

# MAGIC %md ## Their sessions, step by step; on a shared device only their own

# COMMAND ----------

sessions = workspace.sessions_of(person).select("started_at", "event_count", "steps")
sessions.show(truncate=80)

# COMMAND ----------

# MAGIC %md ## Their features: what the sessions add up to

# COMMAND ----------

workspace.features().filter(F.col("person_id") == person).show(vertical=True, truncate=False)

# COMMAND ----------

# MAGIC %md ## Why they are in their segments, and what is next to them

# COMMAND ----------

for segment in reasons.segments:
    print(f"{segment.name} since {segment.since}: {segment.because}")
for near in reasons.nearest:
    print(f"{near.name}: distance {near.distance:.2f}")

# COMMAND ----------

# MAGIC %md ## Every rule: its conditions for them, and what would change the answer

# COMMAND ----------

for rule in reasons.rules:
    print(f"{'in    ' if rule.is_member else 'not in'} {rule.name}")
    for change in rule.change:
        print(f"         {change}")
