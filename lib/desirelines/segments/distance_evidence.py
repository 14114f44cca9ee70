"""Why a person is in their cluster: how near its centre is, and which cluster comes second."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from desirelines.tables import SEGMENT_EVIDENCE
from desirelines.tables.conform import conform


def to_evidence(assigned: DataFrame, cluster_segments: dict[int, str], *, run_id: str) -> DataFrame:
    """One row per person who is in a cluster, as contracted. No shuffle."""
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
    return conform(assigned.withColumns(columns), SEGMENT_EVIDENCE)
