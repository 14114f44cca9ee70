"""Settings of erasure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlparse

from pydantic import Field, PositiveInt

from desirelines.settings.strict import Place, Strict

Share = Annotated[float, Field(ge=0, le=1)]


def is_inside(path: str, folder: str) -> bool:
    """Whether a path on this machine is a folder on it, or is in it."""
    if urlparse(path).scheme or urlparse(folder).scheme:
        return False
    return Path(path).absolute().is_relative_to(Path(folder).absolute())


class Erasure(Strict):
    """When requests are due, how much one may take, and where they wait.

    `inbox` holds the identifiers of open requests, readable by their owner only; a closed request's
    file is deleted. A request that takes more than `most_share` of the rows of a table, and more
    than the rows of `most_people` people on average, stops before anything is deleted.
    """

    inbox: Place = "erasure"
    due_days: PositiveInt = 30
    most_share: Share = 0.01
    most_people: PositiveInt = 100
