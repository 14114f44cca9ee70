"""Fit the clusters, match segment ids and log to MLflow; or copy the last published model."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from desirelines.clusters.assign import to_assigned
from desirelines.clusters.fit import fit
from desirelines.clusters.match_segments import SAME, match_segments
from desirelines.clusters.trials import LOOKED_AT, Fitted, Trial
from desirelines.columns.small_groups import hidden_parts
from desirelines.errors import EmptyInputError, MachineError
from desirelines.frames.keep import kept
from desirelines.io.mlflow.tracking import LoggedFit, LoggedTrial, log_fit, promote
from desirelines.run.context import Run
from desirelines.run.execute import StageReport
from desirelines.stages.clusters_chance import people_by_chance
from desirelines.stages.parameters import save_run_parameters
from desirelines.tables import CLUSTER_MODELS, CLUSTER_TRIALS, FEATURES, TOO_LITTLE_DATA
from desirelines.views.features import (
    clustered_features,
    counted_people,
    features_in_use,
)
from desirelines.views.members import members_after
from desirelines.views.models import forget_model, model_of, own_model, remember_assigned
from desirelines.views.parameters import RunParameter
from desirelines.views.rules import rules_of


def fit_clusters(run: Run) -> StageReport:
    """Features → cluster_trials, cluster_models, run_parameters, and a run in MLflow."""
    features, settings = clustered_features(run), run.settings.clusters
    people = counted_people(run)
    fitted = fit(
        features,
        people.grouped,
        features_in_use(run),
        settings,
        on_trial=lambda t: run.progress.say(progress_line(t)),
        k_before=clusters_before(run),
        apart=people.apart,
        by_chance=people_by_chance(run, features, people.grouped, people.median_active_days),
    )
    trials = [
        {"run_id": run.run_id, "trial": n} | asdict(t) for n, t in enumerate(fitted.trials, start=1)
    ]
    run.warehouse.replace_run(trials, CLUSTER_TRIALS, run.run_id)
    save_run_parameters(run, {RunParameter.PREPARATION: fitted.preparation.to_json()})
    mlflow_run = log_to_mlflow(run, fitted)
    rows = cluster_rows(run, features, fitted, mlflow_run, apart=people.apart)
    _write_model(run, rows)
    return StageReport(len(rows), outcome(fitted))


def take_model(run: Run) -> StageReport:
    """Copy the published run's model and preparation under this run's id.

    Nothing is fitted, and segments keep their ids and names.

    Raises:
        EmptyInputError: no run was published yet.
    """
    base, _ = run.ledger.base_of(run.run_id, run.as_of)
    model = model_of(run, base)
    if model is None:
        raise EmptyInputError(
            "no published run has a model to assign by. Run `desirelines run` first."
        )
    save_run_parameters(run, {RunParameter.PREPARATION: model.preparation_json})
    rows = [r | {"run_id": run.run_id, "origin": SAME, "derived_from": []} for r in model.rows]
    _write_model(run, rows)
    return StageReport(len(rows), f"the model of run {rows[0]['model_version']}")


def _write_model(run: Run, rows: list[dict[str, Any]]) -> None:
    run.warehouse.replace_run(rows, CLUSTER_MODELS, run.run_id)
    forget_model(run)


def log_to_mlflow(run: Run, fitted: Fitted) -> str | None:
    """Log the fit to MLflow; give the id of its run there.

    Null when tracking is off, and when no feature tells people apart: there is no model then.
    """
    kept, pipeline, columns = fitted.kept, fitted.pipeline, fitted.preparation.columns
    if not columns:
        return None
    tried = [t for t in fitted.trials if not t.is_kept]
    measured = [c for c in columns if not c.is_indicator]
    fit = LoggedFit(
        run_name=run.run_id,
        params={
            "algorithm": kept.algorithm,
            "k": kept.k,
            "seed": kept.seed,
            "fit": run.settings.clusters.fit,
            "as_of": str(run.as_of),
            "features": ",".join(c.feature for c in measured),
        },
        metrics=_scores(kept)
        | ({} if kept.people_count is None else {"people": float(kept.people_count)}),
        tags={
            "desirelines.run_id": run.run_id,
            "desirelines.config_hash": run.settings.hash,
            "desirelines.verdict": kept.verdict,
            "desirelines.features_version": str(run.warehouse.version(FEATURES)),
        },
        trials=[
            LoggedTrial(
                f"{t.algorithm} k = {t.k}",
                {"algorithm": t.algorithm, "k": t.k, "verdict": t.verdict},
                _scores(t),
            )
            for t in tried
        ],
        curves=[(f"{name}_by_k", t.k, value) for t in tried for name, value in _scores(t).items()],
        texts=_figures(fitted) | {"preparation.json": fitted.preparation.to_json()},
        features=list(fitted.preparation.features),
        example={c.feature: math.expm1(c.median) if c.is_log else c.median for c in measured},
        columns=[asdict(c) for c in columns],
        centres=fitted.centres,
        save_pipeline=None
        if pipeline is None
        else lambda folder: pipeline.write().overwrite().save(folder),
    )
    return log_fit(run.settings.tracking, run.warehouse.path_of("_mlflow"), fit)


def _scores(trial: Trial) -> dict[str, float]:
    """The scores a trial has."""
    names = ("cost", "smallest_share", "silhouette", "stability", "gap", "gap_error")
    return {name: float(value) for name in names if (value := getattr(trial, name)) is not None}


def _figures(fitted: Fitted) -> dict[str, str]:
    """The chart of the search, if there was one."""
    # The chart library is slow to import, and few commands need it.
    from desirelines.report.choose_k_chart import Dot, evidence

    dots = [Dot(t.algorithm, t.k, t.gap, t.is_kept) for t in fitted.trials if t.gap is not None]
    return {"evidence.svg": evidence(dots)} if len(dots) > 1 else {}


def promote_model(run: Run) -> bool:
    """Make the published run's model the registry's champion.

    True if MLflow took it, or tracking is off.
    """
    try:
        promote(
            run.settings.tracking, run.warehouse.path_of("_mlflow"), own_model(run).mlflow_run_id
        )
    except MachineError as error:  # the run is published anyway
        run.progress.say(f"the champion stays as it was: {error}")
        return False
    return True


def cluster_rows(
    run: Run, features: DataFrame, fitted: Fitted, mlflow_run: str | None, *, apart: int
) -> list[dict[str, Any]]:
    """Rows of cluster_models, each with its segment, which is kept if its people are the same.

    `apart` is the number of people who are in no cluster. A size is null where segment_sizes
    withholds it.
    """
    base, _ = run.ledger.base_of(run.run_id, run.as_of)
    centres = dict(enumerate(fitted.centres))
    assigned = kept(to_assigned(features, fitted.preparation, centres))
    remember_assigned(run, assigned)  # the next stage assigns by the same model
    by_rule = [rule.segment_id for rule in rules_of(run)]
    members = members_after(run, base).filter(
        F.col("is_primary") & ~F.col("segment_id").isin(by_rule)
    )
    before = members.select("person_id", F.col("segment_id").alias("old"))
    cells = (
        assigned.join(before, "person_id", "full")
        .groupBy("old", "cluster")
        .agg(F.count("*").alias("n"))
        .collect()
    )
    # One group may have no people: all of them may have too little data.
    old_sizes, new_sizes = dict[str, int](), dict.fromkeys(centres, 0)
    overlap = dict[tuple[str, int], int]()
    for cell in cells:
        if cell["old"] is not None:
            old_sizes[cell["old"]] = old_sizes.get(cell["old"], 0) + cell["n"]
        if cell["cluster"] is not None:
            new_sizes[cell["cluster"]] += cell["n"]
        if cell["old"] is not None and cell["cluster"] is not None:
            overlap[cell["old"], cell["cluster"]] = cell["n"]
    matches = match_segments(
        overlap, old_sizes, new_sizes, same=run.settings.clusters.same_overlap, run_id=run.run_id
    )
    sizes = {m.segment_id: new_sizes[m.cluster] for m in matches}
    withheld = hidden_parts(sizes | {TOO_LITTLE_DATA: apart})
    return [
        {
            "run_id": run.run_id,
            "model_version": run.run_id,
            "cluster": m.cluster,
            "segment_id": m.segment_id,
            "algorithm": fitted.kept.algorithm,
            "centre": list(centres[m.cluster]),
            "origin": m.origin,
            "derived_from": list(m.derived_from),
            "people_count": None if m.segment_id in withheld else sizes[m.segment_id],
            "mlflow_run_id": mlflow_run,
        }
        for m in matches
    ]


def clusters_before(run: Run) -> int | None:
    """Number of clusters in the base run's model; null if it has none."""
    base, _ = run.ledger.base_of(run.run_id, run.as_of)
    model = model_of(run, base)
    return len(model.rows) if model else None


def progress_line(trial: Trial) -> str:
    """A candidate in one line of progress."""
    if trial.is_kept:
        people = "" if trial.people_count is None else f" of {trial.people_count:,} people"
        groups = "group" if trial.clusters_found == 1 else "groups"
        return f"{trial.clusters_found} {groups}{people}: {trial.verdict}"
    stability = "" if trial.stability is None else f", stability {trial.stability:.2f}"
    return f"k = {trial.k}: evidence {trial.gap:.3f}{stability}" + (
        "" if trial.verdict == LOOKED_AT else f" ({trial.verdict})"
    )


def outcome(fitted: Fitted) -> str:
    """The outcome in a few words."""
    kept = fitted.kept
    if fitted.pipeline is None:
        return kept.verdict
    return f"{kept.algorithm}, k = {kept.clusters_found}"
