"""What is kept of a fit: trials, centres, the ids and names that stay, and a run in MLflow."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.clusters.align import SAME, match_segments
from desirelines.clusters.fit import Fitted, Trial
from desirelines.clusters.score import to_assigned
from desirelines.errors import EmptyInputError, MachineError
from desirelines.io.tracking import LoggedFit, LoggedTrial, log_fit, promote
from desirelines.io.warehouse import row_count
from desirelines.job import Job
from desirelines.membership import members_after
from desirelines.reading import PREPARATION, features_in_use, model_rows, rules_of
from desirelines.segments.naming import names_apart
from desirelines.segments.rules import TOO_LITTLE_DATA
from desirelines.small_groups import hidden_parts
from desirelines.tables import (
    CLUSTER_MODELS,
    FEATURES,
    RUN_PARAMETERS,
    SEGMENT_DEFINITIONS,
    SEGMENT_EVIDENCE,
    SEGMENT_PROFILES,
)


def log_to_mlflow(job: Job, fitted: Fitted) -> str | None:
    """Log the fit to MLflow; give the id of its run there, or null when tracking is off."""
    kept, pipeline, columns = fitted.kept, fitted.pipeline, fitted.preparation.columns
    tried = [t for t in fitted.trials if not t.is_kept]
    known = [c for c in columns if not c.is_indicator]
    fit = LoggedFit(
        run_name=job.run_id,
        params={"algorithm": kept.algorithm, "k": kept.k, "seed": kept.seed, "fit": job.settings.clusters.fit, "as_of": str(job.as_of),
                "features": ",".join(c.feature for c in known)},
        metrics=_scores(kept) | ({} if kept.people_count is None else {"people": float(kept.people_count)}),
        tags={"desirelines.run_id": job.run_id, "desirelines.config_hash": job.settings.hash, "desirelines.verdict": kept.verdict,
              "desirelines.features_version": str(job.warehouse.version(FEATURES))},
        trials=[
            LoggedTrial(f"{t.algorithm} k = {t.k}", {"algorithm": t.algorithm, "k": t.k, "verdict": t.verdict}, _scores(t)) for t in tried
        ],
        curves=[(f"{name}_by_k", t.k, value) for t in tried for name, value in _scores(t).items()],
        texts=_figures(fitted) | {"preparation.json": fitted.preparation.to_json()},
        features=list(dict.fromkeys(c.feature for c in columns)),
        example={c.feature: math.expm1(c.median) if c.is_log else c.median for c in known},
        columns=[asdict(c) for c in columns],
        centres=fitted.centres,
        save_pipeline=None if pipeline is None else lambda folder: pipeline.write().overwrite().save(folder),
    )  # fmt: skip
    return log_fit(job.settings.tracking, job.warehouse.path_of("_mlflow"), fit)


def _scores(trial: Trial) -> dict[str, float]:
    """The scores a trial has."""
    names = ("cost", "smallest_share", "silhouette", "stability", "gap", "gap_error")
    return {name: float(value) for name in names if (value := getattr(trial, name)) is not None}


def _figures(fitted: Fitted) -> dict[str, str]:
    """The picture of the search, where there was one."""
    from desirelines.report.curve import Dot, evidence  # matplotlib is slow to import, and not wanted by every command

    dots = [Dot(t.algorithm, t.k, t.gap, t.is_kept) for t in fitted.trials if t.gap is not None]
    return {"evidence.svg": evidence(dots)} if len(dots) > 1 else {}


def promote_model(job: Job) -> bool:
    """Make the model that the published run goes by the registry's champion. Says whether MLflow took it, or is off."""
    run = next((r["mlflow_run_id"] for r in model_rows(job, job.run_id)), None)
    try:
        promote(job.settings.tracking, job.warehouse.path_of("_mlflow"), run)
    except MachineError as error:  # the run is published all the same
        job.progress.say(f"the champion stays as it was: {error}")
        return False
    return True


def cluster_rows(
    job: Job, features: DataFrame, fitted: Fitted, mlflow_run: str | None, *, apart: int
) -> list[dict[str, Any]]:
    """Rows of cluster_models, each with the segment its people are: carried over where they are the same people as before.

    `apart` are the people who are in no cluster. A size is null where segment_sizes withholds it.
    """
    base, _ = job.ledger.base_of(job.run_id, job.as_of)
    centres = dict(enumerate(fitted.centres))
    assigned = to_assigned(features, fitted.preparation, centres)
    by_rule = [rule.segment_id for rule in rules_of(job)]
    members = members_after(job, base).filter(F.col("is_primary") & ~F.col("segment_id").isin(by_rule))
    before = members.select("person_id", F.col("segment_id").alias("old"))
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
    sizes = {m.segment_id: new_sizes[m.cluster] for m in matches}
    withheld = hidden_parts(sizes | {TOO_LITTLE_DATA: apart})
    return [
        {"run_id": job.run_id, "model_version": job.run_id, "cluster": m.cluster, "segment_id": m.segment_id, "algorithm": fitted.kept.algorithm,
         "centre": list(centres[m.cluster]), "origin": m.origin, "derived_from": list(m.derived_from), "people_count": None if m.segment_id in withheld else sizes[m.segment_id], "mlflow_run_id": mlflow_run}
        for m in matches
    ]  # fmt: skip


def clusters_before(job: Job) -> int | None:
    """Clusters of the model of the run that this one is compared with; null when there is none."""
    base, _ = job.ledger.base_of(job.run_id, job.as_of)
    return row_count(job.warehouse.read(CLUSTER_MODELS).filter(F.col("run_id") == base)) or None


def standing_model(job: Job) -> tuple[list[dict[str, Any]], str]:
    """Rows of cluster_models and the preparation of the last published run, as this run's.

    Raises:
        EmptyInputError: no run was published yet.
    """
    base, _ = job.ledger.base_of(job.run_id, job.as_of)
    is_base = F.col("run_id") == base
    rows = job.warehouse.read(CLUSTER_MODELS).filter(is_base).orderBy("cluster").collect()
    if not rows:
        raise EmptyInputError("no published run has a model to assign by. Run `desirelines run` first.")
    parameters = job.warehouse.read(RUN_PARAMETERS).filter(is_base & (F.col("name") == PREPARATION)).collect()
    return [r.asDict() | {"run_id": job.run_id, "origin": SAME, "derived_from": []} for r in rows], str(
        parameters[0]["value"]
    )


def forget_old_evidence(job: Job) -> None:
    """Take out the evidence of runs older than the newest that are to be kept."""
    begun = {state.run_id: place for place, state in reversed(list(enumerate(job.ledger.states())))}
    held = [r[0] for r in job.warehouse.read(SEGMENT_EVIDENCE).select("run_id").distinct().collect()]
    runs = sorted(held, key=lambda run_id: (begun.get(run_id, -1), run_id))
    old = [r for r in runs if r != job.run_id][: max(len(runs) - job.settings.evidence.keep_runs, 0)]
    if old:
        job.warehouse.drop_runs(SEGMENT_EVIDENCE, old)


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
        .select("segment_id", "cluster", "model_version", "origin", "derived_from")
        .collect()
    )
    effects: dict[str, dict[str, float | None]] = {m["segment_id"]: {} for m in models}
    for p in profiles:
        if p["segment_id"] in effects:
            effects[p["segment_id"]][p["feature"]] = p["effect"]
    names = names_apart(effects, features_in_use(job), job.settings.segments.words)
    ended = [s.run_id for s in job.ledger.ended() if s.run_id != job.run_id]
    old = job.warehouse.read(SEGMENT_DEFINITIONS).filter(F.col("run_id").isin(ended) if ended else F.lit(False))
    newest = {r["segment_id"]: r.asDict() for r in old.orderBy("version").collect()}
    rows = [
        {"segment_id": m["segment_id"], "kind": "cluster", "name": names[m["segment_id"]], "definition": f"cluster {m['cluster']} of model {m['model_version']}",
         "origin": m["origin"], "derived_from": m["derived_from"]}
        for m in models
    ] + [
        {"segment_id": r.segment_id, "kind": "rule", "name": r.name, "definition": r.definition, "origin": None, "derived_from": []}
        for r in rules_of(job)
    ]  # fmt: skip
    told = ("name", "definition")
    changed = [r for r in rows if any(newest.get(r["segment_id"], {}).get(t) != r[t] for t in told)]
    return [
        r
        | {
            "version": newest.get(r["segment_id"], {}).get("version", 0) + 1,
            "alias": newest.get(r["segment_id"], {}).get("alias"),
            "run_id": job.run_id,
        }
        for r in changed
    ]


def segment_ids(job: Job) -> list[str]:
    """Segments of this run: its clusters and the rules."""
    models = job.warehouse.read(CLUSTER_MODELS).filter(F.col("run_id") == job.run_id).orderBy("segment_id").collect()
    return [m["segment_id"] for m in models] + [r.segment_id for r in rules_of(job)]


def told(trial: Trial) -> str:
    """A candidate in one line of progress."""
    if trial.is_kept:
        people = "" if trial.people_count is None else f" of {trial.people_count:,} people"
        return f"{trial.clusters_found} groups{people}: {trial.verdict}"
    stability = "" if trial.stability is None else f", stability {trial.stability:.2f}"
    return f"k = {trial.k}: evidence {trial.gap:.3f}{stability}" + (
        "" if trial.verdict == "looked at" else f" ({trial.verdict})"
    )


def found(fitted: Fitted) -> str:
    """The outcome in a few words."""
    kept = fitted.kept
    return f"{kept.algorithm}, k = {kept.k}" if fitted.pipeline is not None else "no groups: everybody is one"
