# Databricks notebook source
# MAGIC %md
# MAGIC # Follow one person
# MAGIC From a segment to a member of it, to their features, to their sessions. Attach to a session
# MAGIC with the tables of a warehouse; set `DESIRELINES_CONF` to the configuration (default:
# MAGIC `desirelines.yaml`).

# COMMAND ----------

import os

import desirelines

workspace = desirelines.open(os.environ.get("DESIRELINES_CONF", "desirelines.yaml"))

# COMMAND ----------

# MAGIC %md ## The segments now

# COMMAND ----------

workspace.segments().show(truncate=False)

# COMMAND ----------

# MAGIC %md ## One member and their features

# COMMAND ----------

members = workspace.members().filter("is_primary").orderBy("person_id")
person = members.first()["person_id"]
workspace.features().join(members.limit(1).select("person_id"), "person_id").show(
    vertical=True, truncate=False
)

# COMMAND ----------

# MAGIC %md ## Why they are in their segments

# COMMAND ----------

for segment in workspace.why(person).segments:
    print(f"{segment.name} since {segment.since}: {segment.because}")

# COMMAND ----------

# MAGIC %md ## Their sessions, step by step; on a shared device only their own

# COMMAND ----------

sessions = workspace.sessions_of(person).select("started_at", "event_count", "steps")
sessions.show(truncate=80)
