# Databricks notebook source
# MAGIC %md
# MAGIC # What a privacy officer checks
# MAGIC One page for whoever must believe that people's rights are kept: what is held, under which
# MAGIC names, who was erased, and whether the proof stands. It reads, and writes nothing.

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

# MAGIC %md ## What is held of people
# MAGIC Every table has a contract: the columns that are about a person, and how long rows are
# MAGIC kept.

# COMMAND ----------

from desirelines.tables import ALL

for table in ALL:
    personal = [column.name for column in table.columns if column.personal]
    if personal and table.erased_by:
        print(f"{table.name}: {', '.join(personal)}; kept {table.kept}")

# COMMAND ----------

# MAGIC %md ## Raw identifiers
# MAGIC Identifiers are stored as keyed digests. Raw values are only where a mapping asks to keep
# MAGIC them.

# COMMAND ----------

workspace.table("identifiers").groupBy("key_type").count().orderBy("key_type").show()

# COMMAND ----------

# MAGIC %md ## Consent: what was stated, by purpose

# COMMAND ----------

workspace.table("consents").groupBy("purpose", "is_granted").count().orderBy(
    "purpose", "is_granted"
).show()

# COMMAND ----------

# MAGIC %md ## Who is left out
# MAGIC Rows by what became of them: `suppressed` are rows of erased people that came in again.

# COMMAND ----------

workspace.table("row_accounts").groupBy("source", "fate").sum("row_count").orderBy(
    "source", "fate"
).show()

# COMMAND ----------

# MAGIC %md ## Requests to be erased

# COMMAND ----------

for state in workspace.privacy.requests():
    print(f"{state.request_id}: {state.state}, received {state.received_at}, due {state.due_at}")

# COMMAND ----------

# MAGIC %md ## Whether the receipts are whole

# COMMAND ----------

checked = workspace.privacy.receipts()
print(f"{checked.receipts} receipts: {'; '.join(checked.faults) or 'the chain is whole'}")

# COMMAND ----------

# MAGIC %md ## Numbers of few people
# MAGIC Published numbers are of ten people or more. Here the least that is published of each
# MAGIC segment.

# COMMAND ----------

workspace.table("segment_sizes").agg({"people_count": "min"}).show()

# COMMAND ----------

# MAGIC %md ## The doctor: what is wrong, or needs a look

# COMMAND ----------

findings = workspace.privacy.check()
for finding in findings:
    print(finding)

# COMMAND ----------

# MAGIC %md ## Access: everything that is held on one person
# MAGIC `workspace.privacy.export(request, "person.json")` writes it, for a request that names one
# MAGIC person, as in notebook 05.
