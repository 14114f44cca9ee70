# Databricks notebook source
# MAGIC %md
# MAGIC # An erasure and its proof
# MAGIC A person asks to be forgotten. The request comes from a file, because what stands in a cell
# MAGIC is kept with the notebook. Nothing is erased before `erase` is set to `yes`: the plan has
# MAGIC the same numbers.

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

# MAGIC %md ## The request: one person a line, as `user:42` or as JSON of values by type

# COMMAND ----------

from pathlib import Path

try:
    dbutils.widgets.text("request", "request.txt", "File that names people")
    dbutils.widgets.dropdown("erase", "no", ["no", "yes"], "Erase for real")
    request_file, answer = dbutils.widgets.get("request"), dbutils.widgets.get("erase")
except NameError:
    request_file = os.environ.get("DESIRELINES_REQUEST", "request.txt")
    answer = os.environ.get("DESIRELINES_ERASE", "no")
request = Path(request_file).read_text()

# COMMAND ----------

# MAGIC %md ## What would go
# MAGIC Rows by table. An identifier that is others' as well, such as a shared cookie, is not
# MAGIC suppressed.

# COMMAND ----------

plan = workspace.privacy.plan(request)
print(f"{plan.people_found} of {plan.subject_count} people are known")
print(f"{plan.identifiers_suppressed} identifiers are only theirs")
print(f"{plan.identifiers_shared} identifiers are others' as well")
for table, rows in plan.row_counts.items():
    print(f"{table}: {rows:,} rows")
for line in plan.over_limit:
    print(f"over the limit: {line}")

# COMMAND ----------

# MAGIC %md ## Erase
# MAGIC `now=True` deletes files of older versions at once, instead of after their seven days. Use
# MAGIC it only while nothing else reads the tables.

# COMMAND ----------

states = ()
if answer == "yes":
    states = workspace.privacy.erase(request, now=True)
for state in states or workspace.privacy.requests():
    print(f"{state.request_id}: {state.state}, due {state.due_at}; {state.note}")

# COMMAND ----------

# MAGIC %md ## The proof: a receipt, chained to the one before
# MAGIC It says what the scanner read, and which canaries it found: values planted beside the
# MAGIC tables, to show that it finds what is there.

# COMMAND ----------

import json

receipts = workspace.table("erasure_receipts").orderBy("receipt_no").collect()
for receipt in receipts:
    scan, at = json.loads(receipt["body"])["scan"], receipt["recorded_at"]
    print(f"receipt {receipt['receipt_no']} of {at:%Y-%m-%d %H:%M} UTC")
    print(f"  {scan['files']:,} files read, {scan['canaries']} canaries found")
checked = workspace.privacy.receipts()
print(f"{checked.receipts} receipts: {'; '.join(checked.faults) or 'the chain is whole'}")

# COMMAND ----------

# MAGIC %md ## Nothing of theirs is left
# MAGIC The same request finds nobody now, and what comes in later of them stays out and is
# MAGIC counted.

# COMMAND ----------

left = sum(workspace.privacy.plan(request).row_counts.values())
print(f"{left:,} rows are left")
