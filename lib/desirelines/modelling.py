"""What is kept of a fit: trials, centres, the ids and names that stay, and a run in MLflow."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.clusters.align import match_segments
from desirelines.clusters.fit import Fitted, Trial
from desirelines.clusters.prepare import Preparation
from desirelines.clusters.score import to_assigned
from desirelines.io.tracking import log_fit
from desirelines.job import Job
from desirelines.membership import members_after
from desirelines.segments.naming import names_apart
from desirelines.segments.rules import rule_segments
from desirelines.tables import CLUSTER_MODELS, FEATURES, SEGMENT_DEFINITIONS, SEGMENT_PROFILES


def log_to_mlflow(job: Job, fitted: Fitted, preparation: Preparation) -> str | None:
    """Log the fit to MLflow; give the id of its run there, or null when tracking is off."""
    chosen = fitted.chosen
    return log_fit(
        job.settings.tracking, job.warehouse.path_of("_mlflow"), run_name=job.run_id,
        params={"algorithm": chosen.algorithm, "k": chosen.k, "seed": chosen.seed, "as_of": str(job.as_of), "config_hash": job.settings.hash,
                "features": ",".join(c.feature for c in preparation.columns if not c.is_indicator), "features_version": job.warehouse.version(FEATURES)},
        metrics={"cost": chosen.cost, "silhouette": chosen.silhouette or 0.0, "smallest_share": chosen.smallest_share, "people": float(chosen.people_count)},
        curve=[(t.k, t.silhouette) for t in fitted.trials if t.silhouette is not None],
        texts={"preparation.json": preparation.to_json(), "centres.json": str(fitted.centres)},
        save_model=lambda folder: fitted.model.write().overwrite().save(folder),
    )  # fmt: skip


def cluster_rows(
    job: Job, features: DataFrame, preparation: Preparation, fitted: Fitted, mlflow_run: str | None
) -> list[dict[str, Any]]:
    """Rows of cluster_models, each with the segment its people are: carried over where they are the same people as before."""
    base, _ = job.ledger.base_of(job.run_id, job.as_of)
    centres = dict(enumerate(fitted.centres))
    assigned = to_assigned(features, preparation, centres)
    before = members_after(job, base).filter("is_primary").select("person_id", F.col("segment_id").alias("old"))
    cells = assigned.join(before, "person_id", "full").groupBy("old", "cluster").agg(F.count("*").alias("n")).collect()
    old_sizes, new_sizes, overlap = dict[str, int](), dict[int, int](), dict[tuple[str, int], int]()
    for cell in cells:
        if cell["old"] is not None:
            old_sizes[cell["old"]] = old_sizes.get(cell["old"], 0) + cell["n"]
        if cell["cluster"] is not None:
            new_sizes[cell["cluster"]] = new_sizes.get(cell["cluster"], 0) + cell["n"]
        if cell["old"] is not None and cell["cluster"] is not None:
            overlap[cell["old"], cell["cluster"]] = cell["n"]
    matches = match_segments(overlap, old_sizes, new_sizes, same=job.settings.clusters.same_overlap, run_id=job.run_id)
    return [
        {"run_id": job.run_id, "model_version": job.run_id, "cluster": m.cluster, "segment_id": m.segment_id, "algorithm": fitted.chosen.algorithm,
         "centre": centres[m.cluster], "people_count": new_sizes[m.cluster], "mlflow_run_id": mlflow_run}
        for m in matches
    ]  # fmt: skip


def new_definitions(job: Job) -> list[dict[str, Any]]:
    """This run's version of every segment: clusters named by what tells them apart, and the rules."""
    profiles = (
        job.warehouse.read(SEGMENT_PROFILES)
        .filter(F.col("run_id") == job.run_id)
        .select("segment_id", "feature", "effect")
        .collect()
    )
    models = (
        job.warehouse.read(CLUSTER_MODELS)
        .filter(F.col("run_id") == job.run_id)
        .select("segment_id", "cluster")
        .collect()
    )
    effects: dict[str, dict[str, float | None]] = {m["segment_id"]: {} for m in models}
    for p in profiles:
        if p["segment_id"] in effects:
            effects[p["segment_id"]][p["feature"]] = p["effect"]
    names = names_apart(effects)
    ended = [s.run_id for s in job.ledger.ended() if s.run_id != job.run_id]
    old = job.warehouse.read(SEGMENT_DEFINITIONS).filter(F.col("run_id").isin(ended) if ended else F.lit(False))
    newest = {r["segment_id"]: r.asDict() for r in old.orderBy("version").collect()}
    rows = [
        {"segment_id": m["segment_id"], "kind": "cluster", "name": names[m["segment_id"]], "definition": f"cluster {m['cluster']} of model {job.run_id}", "derived_from": None}
        for m in models
    ] + [
        {"segment_id": r.segment_id, "kind": "rule", "name": r.name, "definition": r.definition, "derived_from": None}
        for r in rule_segments(job.settings.segments, F.lit(job.window.end))
    ]  # fmt: skip
    told = ("name", "definition")
    changed = [r for r in rows if any(newest.get(r["segment_id"], {}).get(t) != r[t] for t in told)]
    return [
        r | {"version": newest.get(r["segment_id"], {}).get("version", 0) + 1, "run_id": job.run_id} for r in changed
    ]


def segment_ids(job: Job) -> list[str]:
    """Segments of this run: its clusters and the rules."""
    models = job.warehouse.read(CLUSTER_MODELS).filter(F.col("run_id") == job.run_id).orderBy("segment_id").collect()
    return [m["segment_id"] for m in models] + [
        r.segment_id for r in rule_segments(job.settings.segments, F.lit(job.window.end))
    ]


def trial_row(trial: Trial, number: int, *, kept: bool) -> dict[str, Any]:
    """A candidate as a row of cluster_trials."""
    names = ("algorithm", "k", "clusters_found", "seed", "people_count", "silhouette", "cost", "smallest_share")
    verdict = trial.refusal or ("chosen" if kept else "a better one was found")
    return {name: getattr(trial, name) for name in names} | {"trial": number, "is_kept": kept, "verdict": verdict}


def told(trial: Trial) -> str:
    """A candidate in one line of progress."""
    silhouette = "no silhouette" if trial.silhouette is None else f"silhouette {trial.silhouette:.3f}"
    return f"k = {trial.k}, seed {trial.seed}: {silhouette}" + (f" ({trial.refusal})" if trial.refusal else "")
