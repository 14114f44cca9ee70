"""Contracts: models and parameters that a run fitted."""

from __future__ import annotations

from pyspark.sql import types as T

from desirelines.tables.contract import FLAG, REAL, RUN_ID, TEXT, TEXTS, WHOLE, Column, Table

RUN_PARAMETERS = Table(
    "run_parameters",
    grain="one parameter that a run fitted",
    key=("run_id", "name"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("name", TEXT,
               "preparation (of features for clustering: medians, scales, weights), path_words, "
               "rfm_cut_points, benefit_ranks, rules (their nodes), rule_percentiles (null for a "
               "cut or a percentile with fewer than 10 people on one side) or settings (those "
               "that decide the content of tables)"),
        Column("value", TEXT, "the value, as JSON"),
    ),
)  # fmt: skip

CLUSTER_TRIALS = Table(
    "cluster_trials",
    grain=(
        "one candidate: algorithm, k, scores, and whether and why it was kept or rejected; the "
        "last is the fit on everybody"
    ),
    key=("run_id", "trial"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("trial", WHOLE, "number of the candidate, from 1"),
        Column("algorithm", TEXT, "kmeans or bisecting_kmeans"),
        Column("k", WHOLE, "clusters requested", "clusters"),
        Column("clusters_found", WHOLE, "clusters with people in them", "clusters"),
        Column("seed", WHOLE, "seed of the fit"),
        Column("people_count", WHOLE,
               "people the candidate was fitted on; null when withheld, because the rest of "
               "everybody would be 1 to 9 people", "people"),
        Column("silhouette", REAL,
               "mean silhouette of a sample, squared Euclidean distance; reported, but not used to "
               "choose k; null with fewer than two clusters"),
        Column("cost", REAL, "sum of squared distances to the nearest centre"),
        Column("smallest_share", REAL,
               "share of the smallest cluster; null when withheld: fewer than 10 people, or with "
               "people_count"),
        Column("stability", REAL,
               "mean adjusted Rand index between refits on bootstrap samples, on people in none of "
               "these samples; null when there was no choice"),
        Column("gap", REAL,
               "evidence: log cost on data without clusters minus log cost, relative to one "
               "cluster; 0 when there was no choice"),
        Column("gap_error", REAL, "standard error of the gap"),
        Column("is_kept", FLAG,
               "whether this fit was kept: the chosen candidate, fitted on everybody"),
        Column("verdict", TEXT, "why it was kept or rejected"),
    ),
)  # fmt: skip

CLUSTER_MODELS = Table(
    "cluster_models",
    grain="one cluster of one fitted model",
    key=("run_id", "cluster"),
    erased_by=(),
    written="replace run",
    columns=(
        RUN_ID,
        Column("model_version", TEXT, "the run that fitted the model"),
        Column("cluster", WHOLE,
               "number of the cluster inside the model; has no meaning outside it"),
        Column("segment_id", TEXT, "the segment of these people, carried over from run to run"),
        Column("algorithm", TEXT, "kmeans or bisecting_kmeans"),
        Column("centre", T.ArrayType(REAL),
               "the centre, in prepared columns in the order of run_parameters.preparation"),
        Column("origin", TEXT,
               "how the cluster arose compared with the run before: same, split, merge, grown or "
               "new"),
        Column("derived_from", TEXTS,
               "segments of the run before that it split from, merged or grew from; the one with "
               "most of its people first"),
        Column("people_count", WHOLE,
               "people in the cluster when it was fitted, 0 or at least 10; null when withheld, as "
               "in segment_sizes", "people"),
        Column("mlflow_run_id", TEXT,
               "the MLflow run that holds the model; null when MLflow is off, and when no feature "
               "tells people apart"),
    ),
)  # fmt: skip
