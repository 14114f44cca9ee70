"""Features to RFM scores, and the cut points they were made with."""

from __future__ import annotations

from desirelines.features.rfm import cut_points, to_rfm_scores
from desirelines.job import Job
from desirelines.reading import features_of
from desirelines.tables import RFM_SCORES, RUN_PARAMETERS

CUT_POINTS = "rfm_cut_points"


def write_rfm(job: Job) -> None:
    """Score everybody as of the run's date, and keep the cut points in `run_parameters`."""
    features, settings = features_of(job), job.settings.rfm
    cuts = cut_points(features, settings)
    job.warehouse.replace_where(
        to_rfm_scores(features, cuts, settings, run_id=job.run_id), RFM_SCORES, f"as_of = '{job.as_of}'"
    )
    if cuts is not None:
        keep_parameter(job, CUT_POINTS, cuts.to_json())
        if cuts.is_fixed:
            job.progress.say("most people ordered about as often, so frequency is scored by rfm.fixed_frequency_cuts")


def keep_parameter(job: Job, name: str, value: str) -> None:
    """Keep what this run fitted under a name; a second try leaves one."""
    row = job.spark.createDataFrame([(job.run_id, name, value)], RUN_PARAMETERS.schema)
    job.warehouse.replace_where(row, RUN_PARAMETERS, f"run_id = '{job.run_id}' AND name = '{name}'")
