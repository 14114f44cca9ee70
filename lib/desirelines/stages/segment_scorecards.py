"""The scorecard of every segment of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desirelines.catalogue.words import Trait
from desirelines.run.context import Run
from desirelines.segments.scorecard import REACHABLE, Counts, to_scorecards
from desirelines.stages.segment_counts import PublishedSums


def scorecards(
    run: Run, sums: PublishedSums, traits: Mapping[str, Mapping[str, Trait]]
) -> list[dict[str, Any]]:
    """Rows of segment_scorecard."""
    counted = {segment: _counts(sums, segment, traits.get(segment, {})) for segment in sums.people}
    rows = to_scorecards(counted, everybody=sums.everybody, withheld_sizes=sums.withheld_sizes)
    return [{"run_id": run.run_id} | row for row in rows]


def _counts(sums: PublishedSums, segment: str, traits: Mapping[str, Trait]) -> Counts:
    reachable = traits.get(REACHABLE.name)
    return Counts(
        sums.people[segment],
        sums.unknown[segment],
        {name: trait.effect for name, trait in traits.items() if name != REACHABLE.name},
        None if reachable is None else reachable.mean,
    )
