# Databricks notebook source
# MAGIC %md
# MAGIC # Choose the number of groups
# MAGIC A run tries several numbers of groups and keeps the one with the most evidence; this
# MAGIC notebook shows the trials, so that somebody who knows the people can disagree.

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

# MAGIC %md ## The trials of the newest run
# MAGIC `gap` is the evidence against a world without groups, `stability` how far two samples
# MAGIC agree.

# COMMAND ----------

trials = workspace.of_newest_run("cluster_trials").orderBy("trial")
trials.select(
    "trial",
    "algorithm",
    "k",
    "clusters_found",
    "gap",
    "stability",
    "silhouette",
    "smallest_share",
    "is_kept",
    "verdict",
).show(100, truncate=False)

# COMMAND ----------

workspace.plot_search()

# COMMAND ----------

# MAGIC %md ## Where the groups lie, and what sets them apart
# MAGIC Groups that lie on each other, or that no figure tells apart, speak for fewer.

# COMMAND ----------

workspace.plot_groups()

# COMMAND ----------

workspace.plot_differences()

# COMMAND ----------

workspace.plot_segments()

# COMMAND ----------

# MAGIC %md ## Disagree
# MAGIC `clusters.k` fixes the number of groups. A trial in a warehouse of its own leaves the
# MAGIC published one alone: it reads all sources anew.

# COMMAND ----------

import tempfile

folder = tempfile.mkdtemp()
trial = desirelines.open(
    conf,
    overrides=(
        "clusters.k=2",
        f"warehouse.path={folder}/warehouse",
        f"report.path={folder}/report.html",
    ),
)
print(f"trial.run() publishes two groups in {folder}/warehouse")
