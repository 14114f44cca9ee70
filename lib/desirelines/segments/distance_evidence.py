"""Why a person is where they are: how near centres are, and the answers of every rule."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.tables import SEGMENT_EVIDENCE
from desirelines.tables.conform import conform


def to_evidence(
    answers: DataFrame, assigned: DataFrame, cluster_segments: dict[int, str], *, run_id: str
) -> DataFrame:
    """One row per person, as contracted; distances are those of people who are in a cluster."""
    names = F.create_map(
        *(
            F.lit(p)
            for cluster, segment in sorted(cluster_segments.items())
            for p in (cluster, segment)
        )
    )

    def segment(cluster: str) -> Column:
        return F.try_element_at(names, F.col(cluster).cast("int"))

    columns = {
        "segment_id": segment("cluster"),
        "second_segment_id": segment("second_cluster"),
        "run_id": F.lit(run_id),
    }
    everybody = answers.join(assigned.drop("bucket"), "person_id", "left")
    return conform(everybody.withColumns(columns), SEGMENT_EVIDENCE)
