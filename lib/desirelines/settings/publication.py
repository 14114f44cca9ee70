"""Settings of the checks before a run is published."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PositiveFloat

from desirelines.settings.strict import Strict

Share = Annotated[float, Field(ge=0, le=1)]


class Publish(Strict):
    """How far a run may be from the one before; null: no limit.

    The defaults refuse what is rather a fault of the data than a change in what people do.
    """

    max_people_drop: Share | None = 0.5
    max_size_change: Share | None = 0.5
    max_psi: PositiveFloat | None = 3.0
    min_agreement: Annotated[float, Field(ge=-1, le=1)] | None = 0.1
    max_coverage_drop: Share | None = 0.5
    max_unknown_rise: Share | None = 0.5
