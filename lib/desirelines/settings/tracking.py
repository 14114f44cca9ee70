"""Settings of what a run tells other systems: MLflow of its models, OpenLineage of its tables."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from desirelines.settings.strict import Name, Strict
from desirelines.settings.validators import known_address


class Tracking(Strict):
    """MLflow; when on without an address, it uses a database beside the tables."""

    enabled: bool = True
    tracking_uri: Annotated[str, AfterValidator(known_address)] | None = None
    experiment: Name = "desirelines"
    model: Annotated[Name, Field(pattern=r"^[\w -]+$")] = "desirelines-segments"


class Lineage(Strict):
    """OpenLineage events of each stage; where they go is configured as for its client."""

    enabled: bool = False
    namespace: Name = "desirelines"
